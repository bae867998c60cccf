using System.Text.Json.Serialization;

namespace Availsync.Contracts;

[JsonDerivedType(typeof(NotHoldOwner), "not_hold_owner")]
[JsonDerivedType(typeof(HoldNotActive), "hold_not_active")]
[JsonDerivedType(typeof(HoldBlocked), "hold_blocked")]
[JsonDerivedType(typeof(HoldObserved), "hold_observed")]
[JsonDerivedType(typeof(HoldPlaced), "hold_placed")]
[JsonDerivedType(typeof(HoldPreviewed), "hold_previewed")]
[JsonDerivedType(typeof(AvailabilityChecked), "availability_checked")]
[JsonDerivedType(typeof(HoldConfirmed), "hold_confirmed")]
[JsonDerivedType(typeof(HoldEnded), "hold_ended")]
[JsonDerivedType(typeof(HoldAlreadyEnded), "hold_already_ended")]
public abstract partial record Outcome
{
    /// <summary>What can come of a command about holds alone; refusals first.</summary>
    public abstract record OnHold : Outcome
    {
        private protected OnHold()
        {
        }
    }

    /// <summary>The hold belongs to another agent of the workspace.</summary>
    public sealed record NotHoldOwner : OnHold;

    /// <summary>The hold has ended; where it was displaced, by whom.</summary>
    public sealed record HoldNotActive(HoldId HoldId, HoldStatus Status, BlockingHold? PreemptedBy) : OnHold;

    /// <summary>Others hold the window, or a part of it.</summary>
    /// <param name="Conflicts">The first of those in the way, by their start.</param>
    /// <param name="Alternatives">The next free windows of that length.</param>
    public sealed record HoldBlocked(IReadOnlyList<Hold> Conflicts, IReadOnlyList<HoldWindow> Alternatives) : OnHold;

    /// <summary>The agent only observes: nothing was reserved. Conflicts are what would have blocked it.</summary>
    public sealed record HoldObserved(IReadOnlyList<Hold> Conflicts, IReadOnlyList<HoldWindow> Alternatives) : OnHold;

    /// <summary>The window is the caller's.</summary>
    public sealed record HoldPlaced(Hold Hold) : OnHold;

    /// <summary>What the caller would be told; a hold in it has neither id nor token.</summary>
    public sealed record HoldPreviewed(Outcome Answer) : OnHold;

    /// <summary>Whether a window is free, and if not, what is in the way and when there is room.</summary>
    public sealed record AvailabilityChecked(IReadOnlyList<Hold> Conflicts, IReadOnlyList<HoldWindow> Alternatives)
        : OnHold;

    /// <summary>The hold stays; perhaps it did before.</summary>
    public sealed record HoldConfirmed(Hold Hold) : OnHold;

    /// <summary>The hold has ended by this command.</summary>
    public sealed record HoldEnded(Hold Hold) : OnHold;

    /// <summary>The hold had ended before, or its window is over.</summary>
    public sealed record HoldAlreadyEnded(Hold Hold) : OnHold;
}
