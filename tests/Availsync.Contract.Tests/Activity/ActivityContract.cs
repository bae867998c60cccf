using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary><c>GET /v1/activity</c>: every call of an agent, and nothing of its content.</summary>
public abstract class ActivityContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/activity";
    private const string NobodysId = "01900000-0000-7000-8000-000000000000";

    [Fact]
    public async Task Every_call_of_a_run_is_recorded_with_its_type_its_route_and_its_claim()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        (await agent.DeclareAsync(claim, "edit", "src/")).Expect(200);
        (await agent.ExtendAsync(claim, 1200)).Expect(200);
        (await agent.PostAsync($"/v1/work/claims/{claim.Id}/extend", new { duration_seconds = 1300 })).Expect(200);
        (await agent.GetAsync($"/v1/work/claims/{claim.Id}")).Expect(200);
        (await agent.FinishAsync(claim)).Expect(200);
        (await agent.Client.DeleteAsync($"/v1/work/claims/{claim.Id}")).Expect(200);
        var calls = await agent.ActivityAsync(7);
        Assert.Equal(
            [
                "run.start 200 POST /v1/work/run/start",
                "run.working_set 200 POST /v1/work/run/working-set",
                "run.extend 200 POST /v1/work/run/extend",
                "claim.extend 200 POST /v1/work/claims/{claim_id}/extend",
                "claim.get 200 GET /v1/work/claims/{claim_id}",
                "run.finish 200 POST /v1/work/run/finish",
                "claim.release 200 DELETE /v1/work/claims/{claim_id}",
            ],
            calls.Select(Line));
        Assert.All(calls, c => Assert.Equal(claim.Id, c.At("claim_id").Text()));
        Assert.Equal(resource, calls[0].At("resource").Text());
        Assert.All(calls, c => Assert.Equal(
            ("ok", agent.Id, agent.Name), (c.At("status").Text(), c.At("agent_id").Text(), c.At("agent_name").Text())));
        Assert.All(calls, c => Assert.True(c.At("error").IsNull()));
        Assert.All(calls, c => Assert.InRange(c.At("latency_ms").Number(), 0, 60_000));
    }

    [Fact]
    public async Task Calls_about_no_claim_are_recorded_too()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync("/v1/work/check", new { resource = NewRepo() })).Expect(200);
        (await agent.PostAsync("/v1/work/claim", new { resource = NewRepo() })).Expect(201);
        (await agent.GetAsync("/v1/work/claims?limit=1")).Expect(200);
        (await agent.GetAsync("/v1/work/resources?limit=1")).Expect(200);
        (await agent.GetAsync("/v1/me")).Expect(200);
        (await agent.PostAsync("/v1/activity/usage", new { total_tokens = 1 })).Expect(202);
        (await agent.PostAsync("/v1/mcp/heartbeat", new { client_name = "codex", client_version = "1" })).Expect(200);
        (await agent.GetAsync(Shared.Path)).Expect(403);
        Assert.Equal(
            [
                "work.check 200 POST /v1/work/check",
                "work.claim 201 POST /v1/work/claim",
                "claim.list 200 GET /v1/work/claims",
                "resource.list 200 GET /v1/work/resources",
                "me 200 GET /v1/me",
                "usage.report 202 POST /v1/activity/usage",
                "heartbeat 200 POST /v1/mcp/heartbeat",
                "other 403 GET /v1/orgs/{org_id}",
            ],
            (await agent.ActivityAsync(8)).Select(Line));
    }

    [Fact]
    public async Task The_status_says_in_one_word_how_a_call_went()
    {
        var workspace = await NewWorkspaceAsync("free");
        var (holder, agent) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        for (var i = 0; i < 4; i++) await holder.HoldAsync($"project:p{i}");
        var key = $"owner/{Unique.Name()}";
        var held = await holder.HoldAsync($"project:{key}#one");
        (await holder.DeclareAsync(held, "edit", "src/")).Expect(200);
        (await agent.StartAsync("project:p0")).Expect(200, "skip_run");
        (await agent.PostAsync("/v1/work/claim", new { resource = "project:p0" })).Expect(409);
        (await agent.StartAsync("project:p5")).Expect(402);
        (await agent.StartAsync("project:p5", duration_seconds: 1)).Expect(400);
        (await agent.FinishAsync(held)).Expect(403);
        (await agent.GetAsync($"/v1/work/claims/{NobodysId}")).Expect(404);
        var calls = await agent.ActivityAsync(6);
        Assert.Equal(
            [
                "blocked 200 ", "blocked 409 resource_claimed", "limited 402 plan_limit_reached",
                "rejected 400 validation_failed", "rejected 403 not_claim_owner", "rejected 404 not_found",
            ],
            calls.Select(c => string.Create(
                CultureInfo.InvariantCulture,
                $"{c.At("status").Text()} {c.At("http_status").Number()} {c.At("error").GetString()}")));
        Assert.Equal("project:p0", calls[0].At("resource").Text());
    }

    [Fact]
    public async Task Files_that_are_taken_even_in_part_are_a_block()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (one, two) = (await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200, "updated");
        (await agent.DeclareAsync(two, "edit", "src/a", "docs/")).Expect(200, "partial_proceed");
        (await agent.DeclareAsync(two, "edit", "src/a")).Expect(409, "blocked");
        var calls = await agent.ActivityAsync(5);
        Assert.Equal(["ok", "ok", "ok", "blocked", "blocked"], calls.Select(c => c.At("status").Text()));
    }

    [Fact]
    public async Task A_persons_call_to_work_is_recorded_for_the_agent_and_what_it_manages_is_not()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        (await Shared.Owner.PatchAsync(agent.Path, new { description = "by a person" })).Expect(200);
        (await Shared.Owner.PostAsync("/v1/work/run/start", new { resource, agent_id = agent.Id }))
            .Expect(200, "proceed");
        var call = Assert.Single(await agent.ActivityAsync(1));
        Assert.Equal(("run.start", resource), (call.At("type").Text(), call.At("resource").Text()));
    }

    [Fact]
    public async Task What_the_client_calls_itself_is_known_from_its_heartbeat()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync("/v1/mcp/heartbeat", new { client_name = "codex", client_version = "1.4.2" }))
            .Expect(200);
        await agent.ActivityAsync(1);
        (await agent.GetAsync("/v1/me")).Expect(200);
        Assert.Equal("codex", (await agent.ActivityAsync(2))[1].At("client_name").Text());
    }

    [Fact]
    public async Task No_record_has_a_secret_or_what_was_said()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync("/v1/work/run/start", new
        {
            resource = NewRepo(), reason = "a-secret-reason", metadata = new { token = "a-secret-token" },
        })).Expect(200);
        (await agent.GetAsync("/v1/work/claims?status=active&resource=repo:owner/a-secret-query")).Expect(200);
        await agent.ActivityAsync(2);
        var body = (await Shared.Owner.GetAsync($"{Path}?agent_id={agent.Id}")).Body;
        Assert.DoesNotContain("a-secret", body, StringComparison.Ordinal);
        Assert.DoesNotContain(agent.ApiKey, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_none_leaves_no_record()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        (await agent.Client.WithoutCredential().WithKey($"{agent.ApiKey[..^1]}_").GetAsync("/v1/me")).Expect(401);
        (await agent.GetAsync("/v1/me")).Expect(200);
        await agent.ActivityAsync(1);
        Assert.Equal(1, (await workspace.Owner.GetAsync(Path)).Expect(200)["pagination.total"].Number());
    }

    [Fact]
    public async Task Calls_can_be_filtered_by_agent_status_type_and_time()
    {
        var workspace = await NewWorkspaceAsync();
        var (one, two) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        await one.HoldAsync("repo:o/r");
        (await two.StartAsync("repo:o/r")).Expect(200, "skip_run");
        (await one.GetAsync("/v1/work/claims")).Expect(200);
        await one.ActivityAsync(2);
        var last = (await two.ActivityAsync(1))[0].At("at").Text();
        async Task<string[]> TypesAsync(string query) =>
            [.. (await workspace.Owner.GetAsync($"{Path}?{query}")).Expect(200)["activity"].EnumerateArray()
                .Select(c => c.At("type").Text())];
        Assert.Equal(["claim.list", "run.start", "run.start"], await TypesAsync(""));
        Assert.Equal(["run.start"], await TypesAsync($"agent_id={two.Id}"));
        Assert.Equal(["run.start"], await TypesAsync("status=blocked"));
        Assert.Equal(["claim.list"], await TypesAsync("type=claim.list"));
        Assert.Empty(await TypesAsync("type=no.such.type"));
        Assert.Contains("claim.list", await TypesAsync($"from={last}"));
        Assert.DoesNotContain("claim.list", await TypesAsync($"to={last}"));
        Assert.Empty(await TypesAsync($"from={last}&to={last}"));
        Assert.Equal(["run.start"], await TypesAsync("limit=1&offset=1"));
    }

    [Theory]
    [InlineData("agent_id=42", "agent_id")]
    [InlineData("status=fine", "status")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-05-22", "to")]
    [InlineData("limit=0&offset=-1", "limit", "offset")]
    public async Task A_filter_that_is_none_is_400(string query, params string[] wrong) =>
        (await Shared.Owner.GetAsync($"{Path}?{query}")).ExpectWrong(wrong);

    [Fact]
    public async Task A_time_that_ends_before_it_begins_is_400() =>
        (await Shared.Owner.GetAsync($"{Path}?from=2026-05-22T10:30:00Z&to=2026-05-22T10:29:59Z"))
            .ExpectError(400, "validation_failed");

    [Fact]
    public async Task An_unknown_agent_is_404_and_a_key_is_403()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.GetAsync($"{Path}?agent_id={NobodysId}")).ExpectError(404, "not_found");
        (await agent.GetAsync(Path)).ExpectError(403, "forbidden");
        (await Anonymous.GetAsync(Path)).ExpectError(401, "unauthorized");
        (await (await Shared.NewMemberAsync("viewer")).Client.GetAsync($"{Path}?limit=1")).Expect(200);
    }

    private static string Line(JsonElement call) => string.Create(
        CultureInfo.InvariantCulture,
        $"{call.At("type").Text()} {call.At("http_status").Number()} {call.At("endpoint").Text()}");
}
