using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// What can come of a command: a closed list, refusals first and in their order of precedence. What a caller can cause
/// is an outcome; exceptions are for broken invariants and broken infrastructure.
/// </summary>
[JsonDerivedType(typeof(KeyReused), "key_reused")]
[JsonDerivedType(typeof(AgentMismatch), "agent_mismatch")]
[JsonDerivedType(typeof(Forbidden), "forbidden")]
[JsonDerivedType(typeof(NotFound), "not_found")]
[JsonDerivedType(typeof(NotClaimOwner), "not_claim_owner")]
[JsonDerivedType(typeof(ClaimChanged), "claim_changed")]
[JsonDerivedType(typeof(ClaimNotActive), "claim_not_active")]
[JsonDerivedType(typeof(Invalid), "invalid")]
[JsonDerivedType(typeof(WorkingSetBlocked), "working_set_blocked")]
[JsonDerivedType(typeof(Skipped), "skipped")]
[JsonDerivedType(typeof(PlanLimitReached), "plan_limit_reached")]
[JsonDerivedType(typeof(Observed), "observed")]
[JsonDerivedType(typeof(Granted), "granted")]
[JsonDerivedType(typeof(Checked), "checked")]
[JsonDerivedType(typeof(WorkingSetDeclared), "working_set_declared")]
[JsonDerivedType(typeof(Extended), "extended")]
[JsonDerivedType(typeof(Ended), "ended")]
[JsonDerivedType(typeof(AlreadyEnded), "already_ended")]
[JsonDerivedType(typeof(NothingDue), "nothing_due")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(QueueServed), "queue_served")]
[JsonDerivedType(typeof(QueueLeft), "queue_left")]
public abstract partial record Outcome
{
    private Outcome()
    {
    }

    /// <summary>The idempotency key came before with another body.</summary>
    public sealed record KeyReused : Outcome;

    /// <summary>The key belongs to another agent than the one the body names.</summary>
    public sealed record AgentMismatch : Outcome;

    /// <summary>The caller may not do this at all.</summary>
    public sealed record Forbidden(string Message) : Outcome;

    /// <summary>There is no such thing in the caller's workspace.</summary>
    public sealed record NotFound(string What) : Outcome;

    /// <summary>The claim belongs to another agent of the workspace.</summary>
    public sealed record NotClaimOwner : Outcome;

    /// <summary>The claim's token is not the one the caller expected.</summary>
    public sealed record ClaimChanged(ClaimId ClaimId, FencingToken FencingToken) : Outcome;

    /// <summary>The claim has ended; where it was displaced, by whom.</summary>
    public sealed record ClaimNotActive(ClaimId ClaimId, ClaimStatus Status, BlockingClaim? PreemptedBy) : Outcome;

    /// <summary>The request contradicts what the claim is.</summary>
    public sealed record Invalid(string Field, string Message) : Outcome;

    /// <summary>Every declared path is held by others; nothing has changed.</summary>
    public sealed record WorkingSetBlocked(
        ClaimId ClaimId,
        IReadOnlyList<PathConflict> Blocked,
        DateTimeOffset RetryAfter) : Outcome;

    /// <summary>Somebody else holds the resource.</summary>
    public sealed record Skipped(BlockingClaim BlockingClaim, DateTimeOffset RetryAfter) : Outcome
    {
        /// <summary>The place in the queue that its ticket keeps; null where the caller has not waited.</summary>
        public QueuePlace? Queue { get; init; }
    }

    /// <summary>The way is free, but the plan of the workspace allows no more.</summary>
    /// <param name="Used">How much is used now.</param>
    /// <param name="Max">How much the plan allows.</param>
    public sealed record PlanLimitReached(PlanLimit Limit, long Used, long Max, Plan Plan) : Outcome;

    /// <summary>The agent only observes: nothing was granted.</summary>
    /// <param name="WouldBeBlockedBy">Who would have been in the way; null where nobody.</param>
    public sealed record Observed(BlockingClaim? WouldBeBlockedBy, DateTimeOffset? RetryAfter) : Outcome;

    /// <summary>The claim is the caller's.</summary>
    public sealed record Granted(Claim Claim) : Outcome;

    /// <summary>What a start would be told.</summary>
    public sealed record Checked(
        ArbitrationMode Mode,
        BlockingClaim? BlockingClaim,
        DateTimeOffset? RetryAfter) : Outcome;

    /// <summary>The declaration was granted, wholly or in part.</summary>
    public sealed record WorkingSetDeclared(WorkingSetAnswer Answer) : Outcome;

    /// <summary>The lease was extended, with the files asked for along with it.</summary>
    public sealed record Extended(Claim Claim, WorkingSetAnswer? WorkingSet) : Outcome;

    /// <summary>The claim has ended by this command.</summary>
    public sealed record Ended(Claim Claim) : Outcome;

    /// <summary>The claim had ended before.</summary>
    public sealed record AlreadyEnded(Claim Claim) : Outcome;

    /// <summary>Nothing final: the caller has a place in the queue and may ask again.</summary>
    public sealed record Waiting(Guid Ticket) : Outcome;

    /// <summary>The queue was looked at.</summary>
    public sealed record QueueServed : Outcome;

    /// <summary>The place was given up, or there was none.</summary>
    public sealed record QueueLeft : Outcome;

    /// <summary>A wake-up found nothing to do.</summary>
    /// <param name="ExpiresAt">When the lease is over by now; null where the claim has ended or never was.</param>
    public sealed record NothingDue(DateTimeOffset? ExpiresAt) : Outcome;
}
