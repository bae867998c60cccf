using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;
using Outcomes = System.Collections.Generic.Dictionary<string, (Availsync.Contracts.Outcome Outcome, int Status, string Body)>;

namespace Availsync.Edge.Tests.Answers;

/// <summary>Every outcome that is about holds alone, with what is said of it.</summary>
internal static class HoldOutcomes
{
    private const string Id = "\"0000001e-0000-7000-8000-000000000001\"";

    private const string Alternatives =
        """[{"starts_at":"2026-05-22T11:30:00.000Z","ends_at":"2026-05-22T12:00:00.000Z"}]""";

    private static readonly HoldWindow Next = SomeHold.Window().MovedTo(Some.Now.AddMinutes(60));

    public static Outcomes All { get; } = new()
    {
        [nameof(Outcome.NotHoldOwner)] = (new Outcome.NotHoldOwner(), 403,
            Error("not_claim_owner", "The hold belongs to another agent.")),
        [nameof(Outcome.HoldNotActive)] = (
            new Outcome.HoldNotActive(SomeHold.Id, HoldStatus.Preempted, BlockingHold.Of(SomeHold.Of())), 409,
            Error("hold_not_active", "The hold does not block any more.",
                $$"""{"hold_id":{{Id}},"status":"preempted","preempted_by":{"id":{{Id}},"agent_id":"0000000a-0000-7000-8000-000000000001","agent_name":"nightly-codex","resource":"calendar:jane","priority":100,"reason":"review","starts_at":"2026-05-22T11:00:00.000Z","ends_at":"2026-05-22T11:30:00.000Z"},""")),
        [nameof(Outcome.HoldBlocked)] = (new Outcome.HoldBlocked([SomeHold.Of()], [Next]), 409,
            Error("blocked", "Other holds are in the way.",
                $$"""{"action":"blocked","conflicts":[{{Json()}}],"alternatives":{{Alternatives}},""")),
        [nameof(Outcome.HoldObserved)] = (new Outcome.HoldObserved([SomeHold.Of()], [Next]), 200,
            $$$"""{"action":"proceed","mode":"observe","hold":null,"shadow_decision":{"action":"blocked","would_have_blocked":true,"conflicts":[{{{Json()}}}],"alternatives":{{{Alternatives}}}}}"""),
        [nameof(Outcome.HoldPlaced)] = (new Outcome.HoldPlaced(SomeHold.Of()), 201,
            $$"""{"action":"held","hold":{{Json()}}}"""),
        [nameof(Outcome.HoldPreviewed)] = (
            new Outcome.HoldPreviewed(new Outcome.HoldPlaced(
                SomeHold.Of() with { Id = default, FencingToken = default })), 200,
            $$"""{"action":"held","hold":{{Json(id: "null", token: "null")}}}"""),
        [nameof(Outcome.AvailabilityChecked)] = (new Outcome.AvailabilityChecked([SomeHold.Of()], [Next]), 200,
            $$"""{"available":false,"conflicts":[{{Json()}}],"alternatives":{{Alternatives}}}"""),
        [nameof(Outcome.HoldConfirmed)] = (
            new Outcome.HoldConfirmed(SomeHold.Of() with { Status = HoldStatus.Confirmed, ExpiresAt = null }), 200,
            $$"""{"action":"confirmed","hold":{{Json("confirmed", expires: "null")}}}"""),
        [nameof(Outcome.HoldEnded)] = (
            new Outcome.HoldEnded(SomeHold.Of() with { Status = HoldStatus.Revoked }), 200,
            $$"""{"action":"released","hold":{{Json("revoked")}}}"""),
        [nameof(Outcome.HoldAlreadyEnded)] = (
            new Outcome.HoldAlreadyEnded(SomeHold.Of() with { Status = HoldStatus.Lapsed }), 200,
            $$"""{"action":"already_released","hold":{{Json("lapsed")}}}"""),
    };

    private static string Json(
        string status = "held", string id = Id, string token = "41", string expires = "\"2026-05-22T10:40:00.000Z\"") =>
        $$$"""{"id":{{{id}}},"org_id":"00000001-0000-7000-8000-000000000001","agent_id":"0000000a-0000-7000-8000-000000000001","agent_name":"nightly-codex","resource":"calendar:jane","status":"{{{status}}}","priority":100,"reason":"review","starts_at":"2026-05-22T11:00:00.000Z","ends_at":"2026-05-22T11:30:00.000Z","expires_at":{{{expires}}},"fencing_token":{{{token}}},"created_at":"2026-05-22T10:30:00.000Z","metadata":{"room":"blue"}}""";

    private static string Error(string code, string message, string before = "{") =>
        $$"""{{before}}"error":"{{code}}","message":"{{message}}","request_id":"call-1"}""";
}
