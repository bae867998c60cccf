using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What a claim is by now. Only an <see cref="Active"/> one holds anything.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaimStatus>))]
public enum ClaimStatus
{
    /// <summary>Holds its resource, as long as the arbiter's clock is before its expiry.</summary>
    Active,

    /// <summary>Its agent finished or released it.</summary>
    Released,

    /// <summary>Its lease ran out.</summary>
    Expired,

    /// <summary>A request of strictly higher priority displaced it.</summary>
    Preempted,

    /// <summary>A person ended it, or its agent was disabled or deleted.</summary>
    Revoked,
}

/// <summary>How a run ended, in the words of its agent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>The run did what it was for.</summary>
    Succeeded,

    /// <summary>The run failed.</summary>
    Failed,

    /// <summary>The run was called off.</summary>
    Cancelled,
}

/// <summary>
/// A work claim: an exclusive lease of one agent on one resource. Immutable; all times are UTC with milliseconds.
/// </summary>
/// <param name="Priority">0 to 1000, higher wins.</param>
/// <param name="ExpiresAt">
/// The claim is active only before this moment, whatever <paramref name="Status"/> still says.
/// </param>
/// <param name="EndedAt">When it ended; for an expired claim its expiry; null while active.</param>
/// <param name="Metadata">A JSON object as text, as the client gave it.</param>
public sealed record Claim(
    ClaimId Id,
    Guid OrgId,
    Guid AgentId,
    string AgentName,
    ResourceRef Resource,
    ClaimStatus Status,
    int Priority,
    string? Reason,
    string AgentType,
    DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt,
    FencingToken FencingToken,
    WorkingSet? WorkingSet,
    string Metadata,
    RunOutcome? RunOutcome,
    string? Summary)
{
    /// <summary>Whether it only tries out that runs work: it counts for no plan and protects nothing.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>The claim that has displaced it; null unless it is preempted.</summary>
    public BlockingClaim? PreemptedBy { get; init; }

    /// <summary>
    /// The claim as it is at <paramref name="now"/>: a lease that has run out is expired from that very moment, and a
    /// working set whose own lease has run out is gone, however late anything wakes up to write it down.
    /// </summary>
    public Claim AsOf(DateTimeOffset now)
    {
        if (Status != ClaimStatus.Active) return this;
        if (now >= ExpiresAt) return this with { Status = ClaimStatus.Expired, EndedAt = ExpiresAt, WorkingSet = null };
        return WorkingSet is { LeaseUntil: { } until } && now >= until ? this with { WorkingSet = null } : this;
    }
}
