namespace Availsync.Contract.Tests;

/// <summary>The limits of a plan are exact, however many come at once.</summary>
public abstract class LimitsContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";

    [Fact]
    public async Task Of_a_hundred_simultaneous_starts_five_proceed_and_the_others_are_402()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => agent.At(EdgeOf(i)).StartAsync($"repo:owner/r{i}")));
        Assert.Equal(5, answers.Count(a => a.Status == 200 && a["action"].Text() == "proceed"));
        var refused = answers.Where(a => a.Status != 200).ToArray();
        Assert.Equal(95, refused.Length);
        Assert.All(refused, a => AssertLimit(a, "active_claims", 5, 5));
        Assert.Equal(5, await workspace.UsedAsync("active_claims"));
        Assert.Equal(5, await workspace.UsedAsync("protected_resources"));
        var resources = (await workspace.Owner.GetAsync("/v1/work/resources")).Expect(200);
        Assert.Equal(
            answers.Where(a => a.Status == 200).Select(a => a["claim.resource"].Text()).Order(StringComparer.Ordinal),
            resources["resources"].EnumerateArray().Select(r => r.At("resource").Text())
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_fifty_that_race_for_one_place_one_gets_it()
    {
        var workspace = await NewWorkspaceAsync("team");
        var agent = await workspace.NewAgentAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 54).Select(i => agent.HoldAsync($"project:p{i}")));
        await Task.WhenAll(claims.Skip(4).Select(agent.FinishAsync));
        await workspace.OnPlanAsync("free");
        await Task.WhenAll(Target.Addresses.Select(edge => Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () =>
            {
                // Something new: 402 as soon as the plan holds, and let go again where it does not yet.
                var answer = await agent.At(edge).StartAsync($"project:{Unique.Name()}");
                if (answer.Status == 200) (await agent.FinishAsync(Held.In(answer["claim"]))).Expect(200);
                return answer.Status == 402;
            },
            $"the plan holds at {edge}")));
        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(4, 50).Select(i => agent.At(EdgeOf(i)).StartAsync($"project:p{i}")));
            var winner = Assert.Single(answers, a => a.Status == 200 && a["action"].Text() == "proceed");
            Assert.All(answers.Where(a => a != winner), a => AssertLimit(a, "active_claims", 5, 5));
            (await agent.FinishAsync(Held.In(winner["claim"]))).Expect(200, "finished");
        }
    }

    [Fact]
    public async Task The_refusal_says_what_is_used_up_and_which_plan_has_more()
    {
        var (_, agent, _) = await FullAsync();
        var answer = (await agent.StartAsync("project:new")).ExpectError(402, "plan_limit_reached");
        Assert.Equal(
            ["action", "limit", "plan", "upgrade_hint", "error", "message", "request_id"], answer.Json.Members());
        AssertLimit(answer, "active_claims", 5, 5);
        Assert.Equal(["name", "used", "max"], answer["limit"].Members());
        var hint = answer["upgrade_hint"];
        Assert.Equal(["limit", "used", "max", "plan", "plan_max", "message"], hint.Members());
        Assert.Equal(
            ("active_claims", 5L, 5L, "team", 100L),
            (hint.At("limit").Text(), hint.At("used").Number(), hint.At("max").Number(), hint.At("plan").Text(),
                hint.At("plan_max").Number()));
    }

    [Theory]
    [InlineData("finish")]
    [InlineData("release")]
    [InlineData("revoke")]
    public async Task A_claim_that_is_ended_makes_room_at_once(string how)
    {
        var (workspace, agent, claims) = await FullAsync();
        var path = $"/v1/work/claims/{claims[0].Id}";
        if (how == "finish") (await agent.FinishAsync(claims[0])).Expect(200, "finished");
        else (await (how == "release" ? agent.Client : workspace.Owner).DeleteAsync(path)).Expect(200, "released");
        AssertLimit(await agent.At(EdgeOf(1)).StartAsync("project:new"), "protected_resources", 5, 5);
        (await agent.At(EdgeOf(1)).StartAsync("project:p0")).Expect(200, "proceed");
        AssertLimit(await agent.StartAsync("project:new"), "active_claims", 5, 5);
    }

    [Fact]
    public async Task A_claim_that_runs_out_makes_room_too()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 4; i++) await agent.HoldAsync($"project:p{i}");
        var last = await agent.HoldAsync("project:p4", 5);
        AssertLimit(await agent.StartAsync("project:new"), "active_claims", 5, 5);
        await Eventually.PassedAsync(last.ExpiresAt);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await agent.StartAsync("project:p4")).Status == 200,
            "the expired claim's place is free");
    }

    [Fact]
    public async Task A_disabled_agents_claims_make_room()
    {
        var (workspace, agent, claims) = await FullAsync();
        var other = await workspace.NewAgentAsync();
        (await workspace.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await other.StartAsync("project:p0")) is { Status: 200 } answer
                && answer["action"].Text() == "proceed",
            "what the disabled agent has held is free");
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await other.ReadAsync(claims[1])).At("status").Text() == "revoked",
            "the others of its claims are revoked too");
    }

    [Fact]
    public async Task An_obstacle_is_reported_before_a_limit()
    {
        var (workspace, agent, claims) = await FullAsync();
        var other = await workspace.NewAgentAsync();
        foreach (var one in (Agent[])[agent, other])
        {
            var answer = (await one.StartAsync("project:p0")).Expect(200, "skip_run");
            Assert.Equal(claims[0].Id, answer["blocking_claim.id"].Text());
        }

        (await other.PostAsync("/v1/work/claim", new { resource = "project:p0" }))
            .ExpectError(409, "resource_claimed");
    }

    [Fact]
    public async Task The_legacy_claim_is_refused_in_the_same_words()
    {
        var (_, agent, _) = await FullAsync();
        var answer = await agent.PostAsync("/v1/work/claim", new { resource = "project:new" });
        AssertLimit(answer, "active_claims", 5, 5);
        Assert.NotNull(answer.Header("Deprecation"));
    }

    [Fact]
    public async Task A_refused_start_protects_nothing()
    {
        var (workspace, agent, claims) = await FullAsync();
        AssertLimit(await agent.StartAsync("project:new"), "active_claims", 5, 5);
        (await agent.FinishAsync(claims[0])).Expect(200);
        AssertLimit(await agent.StartAsync("project:new"), "protected_resources", 5, 5);
        var resources = (await workspace.Owner.GetAsync("/v1/work/resources")).Expect(200);
        Assert.Equal(5, resources["pagination.total"].Number());
        Assert.Equal(5, await workspace.UsedAsync("protected_resources"));
    }

    [Fact]
    public async Task An_observer_is_not_held_up_and_uses_nothing()
    {
        var (workspace, _, _) = await FullAsync();
        var observer = await workspace.NewAgentAsync(mode: "observe");
        for (var i = 0; i < 7; i++)
        {
            var answer = (await observer.StartAsync($"project:observed-{i}")).Expect(200, "proceed");
            Assert.Equal("observe", answer["mode"].Text());
        }

        Assert.Equal(5, await workspace.UsedAsync("active_claims"));
        Assert.Equal(5, await workspace.UsedAsync("protected_resources"));
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_a_repeat_gets_it_again()
    {
        var (_, agent, claims) = await FullAsync();
        var client = agent.Client.WithIdempotencyKey("beyond");
        var first = (await client.PostAsync(Start, new { resource = "project:p0x" }))
            .ExpectError(402, "plan_limit_reached");
        (await agent.FinishAsync(claims[0])).Expect(200);
        var second = (await client.PostAsync(Start, new { resource = "project:p0x" })).Expect(402);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Another_workspaces_claims_take_no_room()
    {
        await FullAsync();
        var (_, agent, _) = await FullAsync();
        AssertLimit(await agent.StartAsync("project:new"), "active_claims", 5, 5);
    }

    [Fact]
    public async Task Of_ten_agents_that_are_made_at_once_three_are_made()
    {
        var workspace = await NewWorkspaceAsync("free");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => workspace.Owner.At(EdgeOf(i)).PostAsync(
            $"{workspace.Path}/agents", new { name = Unique.Name() })));
        Assert.Equal(3, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => AssertLimit(a, "agents", 3, 3));
        Assert.Equal(7, answers.Count(a => a.Status == 402));
        Assert.Equal(3, await workspace.UsedAsync("agents"));
    }

    [Fact]
    public async Task A_deleted_agent_makes_room_and_a_disabled_one_does_not()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agents = new[]
        {
            await workspace.NewAgentAsync(), await workspace.NewAgentAsync(), await workspace.NewAgentAsync(),
        };
        (await workspace.Owner.PatchAsync(agents[0].Path, new { disabled = true })).Expect(200);
        AssertLimit(
            await workspace.Owner.PostAsync($"{workspace.Path}/agents", new { name = "fourth" }), "agents", 3, 3);
        (await workspace.Owner.DeleteAsync(agents[1].Path)).Expect(204);
        await workspace.NewAgentAsync();
    }

    /// <summary>A workspace whose five claims are all taken, on <c>project:p0</c> to <c>p4</c>.</summary>
    private async Task<(Workspace Workspace, Agent Agent, List<Held> Claims)> FullAsync()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        List<Held> claims = [];
        for (var i = 0; i < 5; i++) claims.Add(await agent.HoldAsync($"project:p{i}"));
        return (workspace, agent, claims);
    }

    private static void AssertLimit(Answer answer, string name, long used, long max)
    {
        answer.ExpectError(402, "plan_limit_reached");
        Assert.Equal(
            ("plan_limit_reached", "free", name, used, max),
            (answer["action"].Text(), answer["plan"].Text(), answer["limit.name"].Text(),
                answer["limit.used"].Number(), answer["limit.max"].Number()));
    }
}
