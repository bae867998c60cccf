using System.Text.Json.Serialization;

namespace Availsync.Contracts;

[JsonDerivedType(typeof(CheckAvailability), "check_availability")]
[JsonDerivedType(typeof(PlaceHold), "place_hold")]
[JsonDerivedType(typeof(ConfirmHold), "confirm_hold")]
[JsonDerivedType(typeof(ReleaseHold), "release_hold")]
[JsonDerivedType(typeof(RevokeHold), "revoke_hold")]
[JsonDerivedType(typeof(LapseHold), "lapse_hold")]
public abstract partial record Command;

/// <summary>A command about holds.</summary>
public abstract record HoldCommand : Command
{
    private protected HoldCommand()
    {
    }
}

/// <summary>A command about a window on a resource.</summary>
public abstract record WindowCommand : HoldCommand
{
    private protected WindowCommand(Caller caller, HoldResource resource, HoldWindow window) =>
        (Caller, Resource, Window) = (caller, resource, window);

    /// <summary>Who asks.</summary>
    public Caller Caller { get; }

    /// <summary>What the window is on.</summary>
    public HoldResource Resource { get; }

    /// <summary>The window.</summary>
    public HoldWindow Window { get; }

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => Slot.Of(OrgId, Resource.Root);

    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Asks whether a window is free. Changes nothing.</summary>
public sealed record CheckAvailability(Caller Caller, HoldResource Resource, HoldWindow Window)
    : WindowCommand(Caller, Resource, Window);

/// <summary>Asks for a window.</summary>
/// <param name="TtlSeconds">30 to 86 400: for so long it waits to be confirmed. Null for one that stays.</param>
/// <param name="Priority">0 to 1000.</param>
/// <param name="Metadata">A JSON object as text, at most 4 KiB.</param>
public sealed record PlaceHold(
    Caller Caller,
    HoldResource Resource,
    HoldWindow Window,
    int? TtlSeconds,
    int Priority,
    string? Reason,
    string Metadata,
    ArbitrationMode Mode) : WindowCommand(Caller, Resource, Window)
{
    /// <summary>How the workspace decides between a hold and a newcomer.</summary>
    public ArbitrationRule Arbitration { get; init; }

    /// <inheritdoc cref="StartRun.Plan" />
    public Plan? Plan { get; init; }

    /// <summary>Whether only the answer is wanted: nothing changes.</summary>
    public bool IsPreview { get; init; }
}

/// <summary>A command on one hold that exists already.</summary>
public abstract record PlacedHoldCommand : HoldCommand
{
    private protected PlacedHoldCommand(HoldId holdId) => HoldId = holdId;

    /// <summary>The hold.</summary>
    public HoldId HoldId { get; }

    /// <inheritdoc />
    [JsonIgnore]
    public override Slot Slot => HoldId.Slot;
}

/// <summary>Makes a hold that waits for it stay.</summary>
public sealed record ConfirmHold(Caller Caller, HoldId HoldId) : PlacedHoldCommand(HoldId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Ends a hold: by its agent, or by a person, which revokes it.</summary>
public sealed record ReleaseHold(Caller Caller, HoldId HoldId) : PlacedHoldCommand(HoldId)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid OrgId => Caller.OrgId;
}

/// <summary>Ends a hold whose agent has been disabled or deleted.</summary>
public sealed record RevokeHold(HoldId HoldId, Guid OrgId) : PlacedHoldCommand(HoldId)
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;
}

/// <summary>
/// A wake-up: this hold should have lapsed. The core looks at the time, not at the message.
/// </summary>
public sealed record LapseHold(HoldId HoldId, Guid OrgId) : PlacedHoldCommand(HoldId)
{
    /// <inheritdoc />
    public override Guid OrgId { get; } = OrgId;
}
