using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What a hold is by now. <see cref="Held"/> and <see cref="Confirmed"/> ones block their window.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HoldStatus>))]
public enum HoldStatus
{
    /// <summary>Blocks until it is confirmed or lapses.</summary>
    Held,

    /// <summary>Blocks for good. It stays confirmed when its window is over.</summary>
    Confirmed,

    /// <summary>Nobody has confirmed it in time.</summary>
    Lapsed,

    /// <summary>Its agent gave it up.</summary>
    Released,

    /// <summary>A request of strictly higher priority displaced it.</summary>
    Preempted,

    /// <summary>A person ended it, or its agent was disabled or deleted.</summary>
    Revoked,
}

/// <summary>
/// A window in the future that is reserved on a resource. Immutable; all times are UTC with milliseconds.
/// </summary>
/// <param name="Priority">0 to 1000, higher wins.</param>
/// <param name="ExpiresAt">
/// While held: when it lapses, whatever <paramref name="Status"/> still says; never after the end of the window. Null
/// for one that was confirmed.
/// </param>
/// <param name="Metadata">A JSON object as text, as the client gave it.</param>
public sealed record Hold(
    HoldId Id,
    Guid OrgId,
    Guid AgentId,
    string AgentName,
    HoldResource Resource,
    HoldStatus Status,
    int Priority,
    string? Reason,
    HoldWindow Window,
    DateTimeOffset? ExpiresAt,
    FencingToken FencingToken,
    DateTimeOffset CreatedAt,
    string Metadata)
{
    /// <summary>Who displaced it; null where nobody did.</summary>
    public BlockingHold? PreemptedBy { get; init; }

    /// <summary>Whether its status is one that keeps others out of its window.</summary>
    [JsonIgnore]
    public bool IsBlocking => Status is HoldStatus.Held or HoldStatus.Confirmed;

    /// <summary>
    /// The hold as it is at <paramref name="now"/>: one that was not confirmed in time has lapsed from that very
    /// moment, however late anything wakes up to write it down.
    /// </summary>
    public Hold AsOf(DateTimeOffset now) =>
        Status == HoldStatus.Held && now >= ExpiresAt ? this with { Status = HoldStatus.Lapsed } : this;
}

/// <summary>What is told of the hold that has displaced another one, or is in its way.</summary>
public sealed record BlockingHold(
    HoldId Id, Guid AgentId, string AgentName, HoldResource Resource, int Priority, string? Reason, HoldWindow Window)
{
    /// <summary>What is told of <paramref name="hold"/>.</summary>
    public static BlockingHold Of(Hold hold)
    {
        ArgumentNullException.ThrowIfNull(hold);
        return new BlockingHold(
            hold.Id, hold.AgentId, hold.AgentName, hold.Resource, hold.Priority, hold.Reason, hold.Window);
    }
}
