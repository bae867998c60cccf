using System.Text.Json;
using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Edge.Answers;
using Availsync.Http;

namespace Availsync.Edge.Holds;

/// <summary>The part of the switch from outcomes to HTTP answers that is about holds alone.</summary>
internal static class HoldAnswers
{
    public static IResult Of(Outcome.OnHold outcome, DateTimeOffset now) => outcome switch
    {
        Outcome.NotHoldOwner => new ApiError(403, "not_claim_owner", "The hold belongs to another agent."),
        Outcome.HoldNotActive ended => new ApiError(409, "hold_not_active", "The hold does not block any more.")
        {
            Members = Members(ended),
        },
        Outcome.HoldBlocked blocked => new ApiError(409, "blocked", "Other holds are in the way.")
        {
            Members = Node(new
            {
                Action = "blocked",
                Conflicts = HoldView.Of(blocked.Conflicts),
                Alternatives = WindowView.Of(blocked.Alternatives),
            }),
        },
        Outcome.HoldObserved observed => new Answer(new ObservedHoldBody(
            "proceed", ArbitrationMode.Observe, Hold: null, Shadow(observed))),
        Outcome.HoldPlaced placed => new Answer(new HoldActionBody("held", HoldView.Of(placed.Hold)), 201),
        Outcome.HoldPreviewed preview => Preview(OutcomeAnswers.Of(preview.Answer, Question.Hold, now)),
        Outcome.AvailabilityChecked check => new Answer(new AvailabilityBody(
            check.Conflicts.Count == 0, HoldView.Of(check.Conflicts), WindowView.Of(check.Alternatives))),
        Outcome.HoldConfirmed confirmed => new Answer(new HoldActionBody("confirmed", HoldView.Of(confirmed.Hold))),
        Outcome.HoldEnded ended => new Answer(new HoldActionBody("released", HoldView.Of(ended.Hold))),
        Outcome.HoldAlreadyEnded ended => new Answer(
            new HoldActionBody("already_released", HoldView.Of(ended.Hold))),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} has no answer."),
    };

    /// <summary>
    /// What the hold itself would decide is told with 200; that the request is wrong, or not allowed, is so of the
    /// preview too.
    /// </summary>
    private static IResult Preview(IResult answer) => answer switch
    {
        Answer told => told with { Status = StatusCodes.Status200OK },
        ApiError { Status: StatusCodes.Status409Conflict or StatusCodes.Status402PaymentRequired } refusal =>
            refusal with { Status = StatusCodes.Status200OK },
        _ => answer,
    };

    private static ShadowHoldBody Shadow(Outcome.HoldObserved observed)
    {
        var isBlocked = observed.Conflicts.Count > 0;
        return new ShadowHoldBody(
            isBlocked ? "blocked" : "held", isBlocked, HoldView.Of(observed.Conflicts),
            WindowView.Of(observed.Alternatives));
    }

    private static JsonObject Members(Outcome.HoldNotActive ended) => ended.PreemptedBy is { } by
        ? Node(new { ended.HoldId, ended.Status, PreemptedBy = PreemptingHoldView.Of(by) })
        : Node(new { ended.HoldId, ended.Status });

    private static JsonObject Node<T>(T members) =>
        JsonSerializer.SerializeToNode(members, WireJson.Options)!.AsObject();
}
