namespace Availsync.Views;

/// <summary>The names of events, a closed list.</summary>
public static class EventType
{
    /// <summary>A lease has begun.</summary>
    public const string Granted = "claim.granted";

    /// <summary>A lease lasts longer.</summary>
    public const string Extended = "claim.extended";

    /// <summary>Its agent ended it.</summary>
    public const string Released = "claim.released";

    /// <summary>Its lease ran out.</summary>
    public const string Expired = "claim.expired";

    /// <summary>It was displaced.</summary>
    public const string Preempted = "claim.preempted";

    /// <summary>A person ended it, or its agent was disabled or deleted.</summary>
    public const string Revoked = "claim.revoked";

    /// <summary>A start was refused because somebody holds the resource.</summary>
    public const string RunSkipped = "run.skipped";

    /// <summary>A claim holds other files than before.</summary>
    public const string WorkingSetChanged = "working_set.changed";

    /// <summary>A hold waits to be confirmed.</summary>
    public const string HoldHeld = "hold.held";

    /// <summary>A hold is certain.</summary>
    public const string HoldConfirmed = "hold.confirmed";

    /// <summary>A hold was not confirmed in time.</summary>
    public const string HoldLapsed = "hold.lapsed";

    /// <summary>Its agent gave it back.</summary>
    public const string HoldReleased = "hold.released";

    /// <summary>A hold was displaced.</summary>
    public const string HoldPreempted = "hold.preempted";

    /// <summary>A person ended a hold, or its agent was disabled or deleted.</summary>
    public const string HoldRevoked = "hold.revoked";

    /// <summary>A hold was refused because somebody has the time.</summary>
    public const string HoldBlocked = "hold.blocked";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Granted, Extended, Released, Expired, Preempted, Revoked, RunSkipped, WorkingSetChanged, HoldHeld, HoldConfirmed,
        HoldLapsed, HoldReleased, HoldPreempted, HoldRevoked, HoldBlocked,
    ];

    /// <summary>What stands for all names that begin alike: <c>claim.*</c>.</summary>
    public static IReadOnlyList<string> Families { get; } = ["claim.*", "run.*", "working_set.*", "hold.*"];
}
