using System.Text.Json.Serialization;

namespace Availsync.Contracts;

[JsonDerivedType(typeof(HoldHeld), "hold.held")]
[JsonDerivedType(typeof(HoldConfirmed), "hold.confirmed")]
[JsonDerivedType(typeof(HoldLapsed), "hold.lapsed")]
[JsonDerivedType(typeof(HoldReleased), "hold.released")]
[JsonDerivedType(typeof(HoldPreempted), "hold.preempted")]
[JsonDerivedType(typeof(HoldRevoked), "hold.revoked")]
[JsonDerivedType(typeof(HoldBlocked), "hold.blocked")]
[JsonDerivedType(typeof(HoldObserved), "hold.observed")]
public abstract partial record ClaimFact;

/// <summary>What can happen to a hold or to one who asks for it.</summary>
public abstract record HoldFact : ClaimFact
{
    private protected HoldFact()
    {
    }
}

/// <summary>A window is reserved until it is confirmed or lapses.</summary>
public sealed record HoldHeld(Hold Hold) : HoldFact;

/// <summary>A window is reserved for good.</summary>
/// <param name="WasHeld">Whether it was held before; false where it was placed so.</param>
public sealed record HoldConfirmed(Hold Hold, bool WasHeld) : HoldFact;

/// <summary>Nobody confirmed it in time.</summary>
public sealed record HoldLapsed(Hold Hold) : HoldFact;

/// <summary>Its agent gave it up.</summary>
public sealed record HoldReleased(Hold Hold) : HoldFact;

/// <summary>It was displaced.</summary>
public sealed record HoldPreempted(Hold Hold, BlockingHold By) : HoldFact;

/// <summary>A person ended it, or its agent was disabled or deleted (no person named).</summary>
public sealed record HoldRevoked(Hold Hold, Guid? PersonId) : HoldFact;

/// <summary>A hold was refused because others have the window.</summary>
public sealed record HoldBlocked(Caller Caller, HoldResource Resource, HoldWindow Window, BlockingHold BlockedBy)
    : HoldFact;

/// <summary>A hold that an observing agent asked for; whether it would have been blocked.</summary>
public sealed record HoldObserved(
    Caller Caller, HoldResource Resource, HoldWindow Window, BlockingHold? WouldBeBlockedBy) : HoldFact;
