using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What one committed batch of decisions has changed, in order. Arrives at least once.</summary>
public sealed record ClaimEvents(IReadOnlyList<ClaimEvent> Events);

/// <summary>One fact of one root.</summary>
/// <param name="EventId">Names the fact: a consumer that has seen it drops it.</param>
/// <param name="Sequence">Counts the facts of one root from 1, without holes.</param>
/// <param name="RequestId">The call that caused it; null where time did.</param>
public sealed record ClaimEvent(
    Guid EventId,
    Guid OrgId,
    string Root,
    long Sequence,
    DateTimeOffset At,
    string? RequestId,
    ClaimFact Fact)
{
    /// <summary>The person who asked for it with a session; null for an agent's key, and where time caused it.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The W3C <c>traceparent</c> of the decision where its call is traced; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }
}

/// <summary>What can happen to a claim or to one who asks for it: a closed list.</summary>
[JsonDerivedType(typeof(ClaimGranted), "claim.granted")]
[JsonDerivedType(typeof(ClaimExtended), "claim.extended")]
[JsonDerivedType(typeof(ClaimReleased), "claim.released")]
[JsonDerivedType(typeof(ClaimExpired), "claim.expired")]
[JsonDerivedType(typeof(ClaimPreempted), "claim.preempted")]
[JsonDerivedType(typeof(ClaimRevoked), "claim.revoked")]
[JsonDerivedType(typeof(WorkingSetChanged), "working_set.changed")]
[JsonDerivedType(typeof(RunSkipped), "run.skipped")]
[JsonDerivedType(typeof(RunObserved), "run.observed")]
public abstract partial record ClaimFact
{
    private protected ClaimFact()
    {
    }
}

/// <summary>A lease has begun.</summary>
/// <param name="ProtectsResource">Whether this was the first claim on the resource in enforce mode.</param>
public sealed record ClaimGranted(Claim Claim, bool ProtectsResource) : ClaimFact;

/// <summary>A lease lasts longer.</summary>
public sealed record ClaimExtended(Claim Claim) : ClaimFact;

/// <summary>Its agent ended it.</summary>
public sealed record ClaimReleased(Claim Claim) : ClaimFact;

/// <summary>Its lease ran out.</summary>
public sealed record ClaimExpired(Claim Claim) : ClaimFact;

/// <summary>It was displaced.</summary>
public sealed record ClaimPreempted(Claim Claim, BlockingClaim By) : ClaimFact;

/// <summary>A person ended it, or its agent was disabled or deleted (no person named).</summary>
public sealed record ClaimRevoked(Claim Claim, Guid? PersonId) : ClaimFact;

/// <summary>It holds other files than before.</summary>
public sealed record WorkingSetChanged(Claim Claim) : ClaimFact;

/// <summary>A start was refused because somebody holds the resource.</summary>
public sealed record RunSkipped(Caller Caller, ResourceRef Resource, BlockingClaim BlockedBy) : ClaimFact;

/// <summary>A start of an observing agent; whether it would have been blocked.</summary>
public sealed record RunObserved(Caller Caller, ResourceRef Resource, BlockingClaim? WouldBeBlockedBy) : ClaimFact;
