using System.Text.Json;
using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Edge.Holds;
using Availsync.Http;

namespace Availsync.Edge.Answers;

/// <summary>What was asked, where one outcome is told in several ways.</summary>
internal enum Question
{
    Start,
    LegacyClaim,
    Check,
    WorkingSet,
    Extend,
    Finish,
    Release,
    Hold,
}

/// <summary>The one place where an outcome becomes an HTTP answer.</summary>
internal static class OutcomeAnswers
{
    private const string HigherClaim = "Another active work claim has priority";

    /// <param name="now">For waits that are told in seconds.</param>
    public static IResult Of(Outcome outcome, Question question, DateTimeOffset now) => outcome switch
    {
        Outcome.KeyReused => new ApiError(
            422, "idempotency_key_reused", "The Idempotency-Key came before with another body."),
        Outcome.AgentMismatch => new ApiError(403, "agent_mismatch", "The key belongs to another agent."),
        Outcome.Forbidden forbidden => ApiError.Forbidden(forbidden.Message),
        Outcome.NotFound missing => ApiError.NotFound($"There is no such {missing.What}."),
        Outcome.NotClaimOwner => new ApiError(403, "not_claim_owner", "The claim belongs to another agent."),
        Outcome.ClaimChanged changed => new ApiError(
            409, "claim_changed", "The claim has another fencing token by now.") { Members = Members(changed) },
        Outcome.ClaimNotActive ended => new ApiError(
            409, "claim_not_active", "The claim is not active any more.") { Members = Members(ended) },
        Outcome.Invalid invalid => ApiError.ValidationFailed(invalid.Field, invalid.Message),
        Outcome.WorkingSetBlocked blocked => new ApiError(
            409, "blocked", "All of the declared paths are held by other claims.")
        {
            Members = Node(WorkingSetBodies.Of(blocked)),
            RetryAfterSeconds = RetryAfter.Until(blocked.RetryAfter, now).Seconds,
        },
        Outcome.Skipped skipped when question == Question.LegacyClaim => Claimed(skipped, now),
        Outcome.Skipped skipped => new Answer(
            new SkipRunBody(
                "skip_run", ArbitrationMode.Enforce, HigherClaim, skipped.RetryAfter,
                BlockingClaimView.Of(skipped.BlockingClaim)) { Queue = skipped.Queue },
            RetryAfter: RetryAfter.Until(skipped.RetryAfter, now)),
        Outcome.PlanLimitReached reached => PlanLimitError.Of(reached),
        Outcome.Observed when question == Question.LegacyClaim => new Answer(new ClaimBody(null), 201),
        Outcome.Observed observed => new Answer(
            new ObservedBody("proceed", ArbitrationMode.Observe, null, null, Shadow(observed))),
        Outcome.Granted granted when question == Question.LegacyClaim =>
            new Answer(new ClaimBody(ClaimView.Of(granted.Claim)), 201),
        Outcome.Granted granted => new Answer(
            new ProceedBody("proceed", ArbitrationMode.Enforce, ClaimView.Of(granted.Claim), null)),
        Outcome.Checked check => new Answer(Check(check), RetryAfter: RetryAfter.Until(check.RetryAfter, now)),
        Outcome.WorkingSetDeclared declared => new Answer(WorkingSetBodies.Of(declared.Answer)),
        Outcome.Extended { WorkingSet: { } set } extended => new Answer(
            new ExtendedBody("extended", ClaimView.Of(extended.Claim), WorkingSetBodies.Of(set))),
        Outcome.Extended extended => new Answer(new ClaimActionBody("extended", ClaimView.Of(extended.Claim))),
        Outcome.Ended ended => new Answer(new ClaimActionBody(
            question == Question.Release ? "released" : "finished", ClaimView.Of(ended.Claim))),
        Outcome.AlreadyEnded ended => new Answer(
            new ClaimActionBody("already_finished", ClaimView.Of(ended.Claim))),
        Outcome.OnHold onHold => HoldAnswers.Of(onHold, now),
        Outcome.NothingDue or Outcome.QueueServed or Outcome.QueueLeft or Outcome.Waiting =>
            throw new InvalidOperationException("This is no answer to a caller."),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} has no answer."),
    };

    private static ApiError Claimed(Outcome.Skipped skipped, DateTimeOffset now) =>
        new(409, "resource_claimed", HigherClaim + ".")
        {
            Members = Node(new
            {
                BlockingClaim = BlockingClaimView.Of(skipped.BlockingClaim),
                skipped.RetryAfter,
            }),
            RetryAfterSeconds = RetryAfter.Until(skipped.RetryAfter, now).Seconds,
        };

    private static ShadowDecisionBody Shadow(Outcome.Observed observed) => observed.WouldBeBlockedBy is null
        ? new ShadowDecisionBody("proceed", false, null, null, null)
        : new ShadowDecisionBody(
            "skip_run", true, HigherClaim, observed.RetryAfter, BlockingClaimView.Of(observed.WouldBeBlockedBy));

    private static CheckBody Check(Outcome.Checked check)
    {
        var available = check.BlockingClaim is null;
        return new CheckBody(
            available,
            available || check.Mode == ArbitrationMode.Observe ? "proceed" : "skip_run",
            available ? null : HigherClaim,
            check.RetryAfter,
            BlockingClaimView.Of(check.BlockingClaim));
    }

    private static JsonObject Members(Outcome.ClaimChanged changed) =>
        Node(new { changed.ClaimId, changed.FencingToken });

    private static JsonObject Members(Outcome.ClaimNotActive ended) => ended.PreemptedBy is null
        ? Node(new { ended.ClaimId, ended.Status })
        : Node(new { ended.ClaimId, ended.Status, PreemptedBy = BlockingClaimView.Of(ended.PreemptedBy) });

    private static JsonObject Node<T>(T members) =>
        JsonSerializer.SerializeToNode(members, WireJson.Options)!.AsObject();
}
