using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Answers;
using Availsync.Edge.Tests.Worlds;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outcomes = System.Collections.Generic.Dictionary<string, (Availsync.Contracts.Outcome Outcome, int Status, string Body)>;

namespace Availsync.Edge.Tests.Answers;

public sealed class OutcomeAnswersTests
{
    private const string Blocking =
        """{"id":"0000001f-0000-7000-8000-000000000001","agent_id":"0000000b-0000-7000-8000-000000000001","agent_name":"other","resource_type":"repo","resource_key":"Owner/Repo","priority":300,"reason":null,"expires_at":"2026-05-22T10:31:30.500Z","owned_by_you":false}""";

    private const string Until = "\"2026-05-22T10:31:30.500Z\"";

    private static string ClaimJson(string status = "active", string ended = "null", string set = "null") =>
        $$$"""{"id":"0000001e-0000-7000-8000-000000000001","org_id":"00000001-0000-7000-8000-000000000001","agent_id":"0000000a-0000-7000-8000-000000000001","agent_name":"nightly-codex","resource_type":"repo","resource_key":"Owner/Repo","resource":"repo:Owner/Repo","status":"{{{status}}}","priority":100,"reason":"scheduled run","access":"exclusive","started_at":"2026-05-22T10:30:00.000Z","expires_at":"2026-05-22T11:15:00.000Z","ended_at":{{{ended}}},"fencing_token":41,"working_set":{{{set}}},"metadata":{"job":"nightly"}}""";

    private static string Error(string code, string message, string before = "") =>
        $$"""{{{before}}"error":"{{code}}","message":"{{message}}","request_id":"call-1"}""";

    private static readonly WorkingSetAnswer Declared = new(
        new ClaimId(Some.Id(30)), new WorkingSet(AccessMode.Edit, [Some.Path("docs/")], null), Some.Now.AddMinutes(45),
        [Some.Path("docs/")], [], []);

    private const string DeclaredJson =
        """{"action":"updated","claim_id":"0000001e-0000-7000-8000-000000000001","working_set":{"mode":"edit","paths":["docs/"],"expires_at":"2026-05-22T11:15:00.000Z"},"claimed_paths":["docs/"],"blocked_paths":[],"warnings":[]}""";

    /// <summary>Every outcome there is, with what a start (or the endpoint it belongs to) says of it.</summary>
    private static readonly Outcomes All = new()
    {
        [nameof(Outcome.KeyReused)] = (new Outcome.KeyReused(), 422,
            Error("idempotency_key_reused", "The Idempotency-Key came before with another body.")),
        [nameof(Outcome.AgentMismatch)] = (new Outcome.AgentMismatch(), 403,
            Error("agent_mismatch", "The key belongs to another agent.")),
        [nameof(Outcome.Forbidden)] = (new Outcome.Forbidden("No."), 403, Error("forbidden", "No.")),
        [nameof(Outcome.NotFound)] = (new Outcome.NotFound("claim"), 404, Error("not_found", "There is no such claim.")),
        [nameof(Outcome.NotClaimOwner)] = (new Outcome.NotClaimOwner(), 403,
            Error("not_claim_owner", "The claim belongs to another agent.")),
        [nameof(Outcome.ClaimChanged)] = (
            new Outcome.ClaimChanged(new ClaimId(Some.Id(30)), new FencingToken(42)), 409,
            Error("claim_changed", "The claim has another fencing token by now.",
                "\"claim_id\":\"0000001e-0000-7000-8000-000000000001\",\"fencing_token\":42,")),
        [nameof(Outcome.ClaimNotActive)] = (
            new Outcome.ClaimNotActive(new ClaimId(Some.Id(30)), ClaimStatus.Preempted, Some.Blocking()), 409,
            Error("claim_not_active", "The claim is not active any more.",
                $"\"claim_id\":\"0000001e-0000-7000-8000-000000000001\",\"status\":\"preempted\",\"preempted_by\":{Blocking},")),
        [nameof(Outcome.Invalid)] = (new Outcome.Invalid("mode", "Differs."), 400,
            """{"error":"validation_failed","message":"The request has fields that are missing or wrong.","details":[{"field":"mode","message":"Differs."}],"request_id":"call-1"}"""),
        [nameof(Outcome.WorkingSetBlocked)] = (
            new Outcome.WorkingSetBlocked(new ClaimId(Some.Id(30)), [Some.Conflict()], Some.Now.AddSeconds(90.5)), 409,
            Error("blocked", "All of the declared paths are held by other claims.",
                $"\"action\":\"blocked\",\"claimed_paths\":[],\"blocked_paths\":[\"src/a.cs\"],\"blocked\":[{{\"path\":\"src/a.cs\",\"blocking_claim\":{Blocking},\"blocking_path\":\"src/\"}}],\"retry_after\":{Until},")),
        [nameof(Outcome.Skipped)] = (new Outcome.Skipped(Some.Blocking(), Some.Now.AddSeconds(90.5)), 200,
            $$"""{"action":"skip_run","mode":"enforce","reason":"Another active work claim has priority","retry_after":{{Until}},"blocking_claim":{{Blocking}}}"""),
        [nameof(Outcome.PlanLimitReached)] = (
            new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 5, 5, Some.Bounded(1)), 402,
            Error("plan_limit_reached", "The plan of the workspace allows no more of this.",
                "\"action\":\"plan_limit_reached\",\"limit\":{\"name\":\"active_claims\",\"used\":5,\"max\":5},\"plan\":\"free\",\"upgrade_hint\":{\"limit\":\"active_claims\",\"used\":5,\"max\":5,\"plan\":\"team\",\"plan_max\":100,\"message\":\"5 of 5 active claims are used; the plan 'team' allows 100.\"},")),
        [nameof(Outcome.Observed)] = (new Outcome.Observed(Some.Blocking(), Some.Now.AddSeconds(90.5)), 200,
            $$$"""{"action":"proceed","mode":"observe","claim":null,"retry_after":null,"shadow_decision":{"action":"skip_run","would_have_blocked":true,"reason":"Another active work claim has priority","retry_after":{{{Until}}},"blocking_claim":{{{Blocking}}}}}"""),
        [nameof(Outcome.Granted)] = (new Outcome.Granted(Some.Claim()), 200,
            $$"""{"action":"proceed","mode":"enforce","claim":{{ClaimJson()}},"retry_after":null}"""),
        [nameof(Outcome.Checked)] = (
            new Outcome.Checked(ArbitrationMode.Enforce, Some.Blocking(), Some.Now.AddSeconds(90.5)), 200,
            $$"""{"available":false,"action":"skip_run","reason":"Another active work claim has priority","retry_after":{{Until}},"blocking_claim":{{Blocking}}}"""),
        [nameof(Outcome.WorkingSetDeclared)] = (new Outcome.WorkingSetDeclared(Declared), 200, DeclaredJson),
        [nameof(Outcome.Extended)] = (new Outcome.Extended(Some.Claim(), Declared), 200,
            $$"""{"action":"extended","claim":{{ClaimJson()}},"working_set":{{DeclaredJson}}}"""),
        [nameof(Outcome.Ended)] = (new Outcome.Ended(Some.Claim(ClaimStatus.Released)), 200,
            $$"""{"action":"finished","claim":{{ClaimJson("released", "\"2026-05-22T10:31:00.000Z\"")}}}"""),
        [nameof(Outcome.AlreadyEnded)] = (new Outcome.AlreadyEnded(Some.Claim(ClaimStatus.Expired)), 200,
            $$"""{"action":"already_finished","claim":{{ClaimJson("expired", "\"2026-05-22T10:31:00.000Z\"")}}}"""),
    };

    public static TheoryData<string> Names =>
        [.. typeof(Outcome).GetNestedTypes().Where(type => !type.IsAbstract).Select(type => type.Name)];

    /// <summary>What no caller is told: of wake-ups, and of a place that is no answer yet.</summary>
    private static Dictionary<string, Outcome> NoAnswers { get; } = new Outcome[]
    {
        new Outcome.NothingDue(null), new Outcome.Waiting(Some.Id(1)), new Outcome.QueueServed(), new Outcome.QueueLeft(),
    }.ToDictionary(outcome => outcome.GetType().Name);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_outcome_has_its_answer(string name)
    {
        if (NoAnswers.TryGetValue(name, out var none))
        {
            Assert.Throws<InvalidOperationException>(() => OutcomeAnswers.Of(none, Question.Start, Some.Now));
            return;
        }

        var (outcome, status, body) = All.TryGetValue(name, out var known) ? known : HoldOutcomes.All[name];
        var (context, text) = await TellAsync(outcome, Question.Start);
        Assert.Equal(body, text);
        Assert.Equal(status, context.Response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", context.Response.ContentType);
    }

    [Theory]
    [InlineData(nameof(Outcome.Skipped))]
    [InlineData(nameof(Outcome.Checked))]
    [InlineData(nameof(Outcome.WorkingSetBlocked))]
    public async Task A_wait_is_told_in_whole_seconds_rounded_up(string name)
    {
        var (context, _) = await TellAsync(All[name].Outcome, Question.Start);
        Assert.Equal("91", context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_wait_that_is_over_is_zero_seconds()
    {
        var (context, _) = await TellAsync(
            new Outcome.Skipped(Some.Blocking(), Some.Now.AddSeconds(-3)), Question.Start);
        Assert.Equal("0", context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task The_legacy_claim_is_created_or_refused_and_null_when_observing()
    {
        var (granted, body) = await TellAsync(All[nameof(Outcome.Granted)].Outcome, Question.LegacyClaim);
        Assert.Equal((201, $$"""{"claim":{{ClaimJson()}}}"""), (granted.Response.StatusCode, body));

        (var observed, body) = await TellAsync(All[nameof(Outcome.Observed)].Outcome, Question.LegacyClaim);
        Assert.Equal((201, """{"claim":null}"""), (observed.Response.StatusCode, body));

        (var skipped, body) = await TellAsync(All[nameof(Outcome.Skipped)].Outcome, Question.LegacyClaim);
        var expected = Error(
            "resource_claimed", "Another active work claim has priority.",
            $"\"blocking_claim\":{Blocking},\"retry_after\":{Until},");
        Assert.Equal((409, expected), (skipped.Response.StatusCode, body));
        Assert.Equal("91", skipped.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task An_observer_of_a_free_resource_would_have_proceeded()
    {
        var (_, body) = await TellAsync(new Outcome.Observed(null, null), Question.Start);
        Assert.Equal(
            """{"action":"proceed","would_have_blocked":false,"reason":null,"retry_after":null,"blocking_claim":null}""",
            JsonDocument.Parse(body).RootElement.GetProperty("shadow_decision").GetRawText());
    }

    [Fact]
    public async Task A_check_tells_an_observer_the_truth_and_lets_it_proceed()
    {
        var (_, free) = await TellAsync(new Outcome.Checked(ArbitrationMode.Enforce, null, null), Question.Check);
        Assert.Equal(
            """{"available":true,"action":"proceed","reason":null,"retry_after":null,"blocking_claim":null}""", free);

        var (_, taken) = await TellAsync(
            new Outcome.Checked(ArbitrationMode.Observe, Some.Blocking(), Some.Now.AddSeconds(90.5)), Question.Check);
        Assert.StartsWith("""{"available":false,"action":"proceed",""", taken, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PlanLimit.Agents, "agents")]
    [InlineData(PlanLimit.ProtectedResources, "protected_resources")]
    [InlineData(PlanLimit.ActiveClaims, "active_claims")]
    [InlineData(PlanLimit.MonthlyApiCalls, "monthly_api_calls")]
    public async Task A_limit_is_told_by_its_name_and_without_a_larger_plan_there_is_none_to_name(
        PlanLimit limit, string name)
    {
        var largest = new Plan("scale", new PlanLimits(1, 1, 1, 1));
        var (_, body) = await TellAsync(new Outcome.PlanLimitReached(limit, 1, 1, largest), Question.LegacyClaim);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(name, json.GetProperty("limit").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("upgrade_hint").GetProperty("plan").ValueKind);
    }

    [Fact]
    public async Task A_deleted_claim_is_released()
    {
        var (_, body) = await TellAsync(All[nameof(Outcome.Ended)].Outcome, Question.Release);
        Assert.StartsWith("""{"action":"released","claim":{""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_extension_without_files_says_nothing_of_files()
    {
        var (_, body) = await TellAsync(new Outcome.Extended(Some.Claim(), null), Question.Extend);
        Assert.Equal($$"""{"action":"extended","claim":{{ClaimJson()}}}""", body);
    }

    [Fact]
    public async Task A_claim_that_ended_otherwise_was_preempted_by_nobody()
    {
        var (_, body) = await TellAsync(
            new Outcome.ClaimNotActive(new ClaimId(Some.Id(30)), ClaimStatus.Expired, null), Question.Extend);
        Assert.Contains("\"status\":\"expired\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("preempted_by", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declaration_that_went_through_in_part_names_what_did_not_and_who_edits_what_is_read()
    {
        var answer = Declared with { Blocked = [Some.Conflict()], Warnings = [Some.Conflict("docs/a.md", "docs/*.md")] };
        var (_, body) = await TellAsync(new Outcome.WorkingSetDeclared(answer), Question.WorkingSet);
        Assert.Equal(
            $$"""{"action":"partial_proceed","claim_id":"0000001e-0000-7000-8000-000000000001","working_set":{"mode":"edit","paths":["docs/"],"expires_at":"2026-05-22T11:15:00.000Z"},"claimed_paths":["docs/"],"blocked_paths":["src/a.cs"],"blocked":[{"path":"src/a.cs","blocking_claim":{{Blocking}},"blocking_path":"src/"}],"warnings":[{"path":"docs/a.md","message":"other may change it: docs/*.md","blocking_claim":{{Blocking}},"blocking_path":"docs/*.md"}]}""",
            body);
    }

    [Fact]
    public async Task A_claim_shows_its_files_until_their_own_lease_ends()
    {
        var set = new WorkingSet(AccessMode.Delete, [Some.Path("a/")], Some.Now.AddMinutes(2));
        var (_, body) = await TellAsync(new Outcome.Granted(Some.Claim(set: set)), Question.Start);
        Assert.Contains(
            ClaimJson(set: """{"mode":"delete","paths":["a/"],"expires_at":"2026-05-22T10:32:00.000Z"}"""), body,
            StringComparison.Ordinal);
    }

    private static async Task<(HttpContext Context, string Body)> TellAsync(Outcome outcome, Question question)
    {
        using var body = new MemoryStream();
        await using var services = new ServiceCollection().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services, TraceIdentifier = "call-1" };
        context.Response.Body = body;
        await OutcomeAnswers.Of(outcome, question, Some.Now).ExecuteAsync(context);
        return (context, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
