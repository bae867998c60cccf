using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>The answer recorded under an idempotency key.</summary>
/// <param name="BodyHash">Of the request that was answered.</param>
/// <param name="RequestId">Of the call that was answered.</param>
public sealed record RecordedAnswer(string BodyHash, Outcome Outcome, string? RequestId);

/// <summary>When a request is the repeat of an earlier one. Looked at before any other rule.</summary>
public static class Repeats
{
    /// <summary>
    /// What a request is told whose key has been answered before: the same again for the same body, else that the key
    /// was reused. Null where the key is new, so that the request is decided.
    /// </summary>
    public static Reply.Answered? Find(RecordedAnswer? recorded, IdempotencyStamp stamp, string? requestId)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        if (recorded is null) return null;
        return string.Equals(recorded.BodyHash, stamp.BodyHash, StringComparison.Ordinal)
            ? new Reply.Answered(recorded.Outcome, recorded.RequestId, Replayed: true, ClaimStatus: null)
            : new Reply.Answered(new Outcome.KeyReused(), requestId, Replayed: false, ClaimStatus: null);
    }

    /// <summary>
    /// Whether the outcome stays under its key: every final one, but for those that blame the request's form.
    /// </summary>
    public static bool IsKept(Outcome outcome) =>
        outcome is not (Outcome.Invalid or Outcome.KeyReused or Outcome.Waiting);

    /// <summary>
    /// The caller's own claim that an outcome speaks of, whose state may have moved on; null for none.
    /// </summary>
    public static ClaimId? NamedClaim(Outcome outcome) => outcome switch
    {
        Outcome.Granted granted => granted.Claim.Id,
        Outcome.Extended extended => extended.Claim.Id,
        Outcome.Ended ended => ended.Claim.Id,
        Outcome.AlreadyEnded ended => ended.Claim.Id,
        Outcome.WorkingSetDeclared declared => declared.Answer.ClaimId,
        Outcome.WorkingSetBlocked blocked => blocked.ClaimId,
        Outcome.ClaimNotActive ended => ended.ClaimId,
        Outcome.ClaimChanged changed => changed.ClaimId,
        _ => null,
    };

    /// <summary>
    /// The caller's own hold that an outcome speaks of, whose state may have moved on; null for none.
    /// </summary>
    public static HoldId? NamedHold(Outcome outcome) => outcome switch
    {
        Outcome.HoldPlaced placed => placed.Hold.Id,
        Outcome.HoldConfirmed confirmed => confirmed.Hold.Id,
        Outcome.HoldNotActive ended => ended.HoldId,
        _ => null,
    };
}
