namespace Availsync.Contract.Tests;

/// <summary><c>setup-test</c>: a rehearsal that goes the way of real calls and leaves no trace.</summary>
public abstract class SetupTestContract(Target target) : ContractTest(target)
{
    private static readonly string[] Steps = ["start", "check", "working-set", "extend", "finish"];

    [Theory]
    [InlineData(null)]
    [InlineData("observe")]
    public async Task A_rehearsal_runs_from_start_to_finish_whatever_the_mode(string? mode)
    {
        var answer = (await TestAsync(await Shared.NewAgentAsync(mode: mode))).Expect(200);
        Assert.Equal(["passed", "steps"], answer.Json.Members());
        Assert.True(answer["passed"].Flag(), answer.Body);
        var steps = answer["steps"].EnumerateArray().ToArray();
        Assert.Equal(Steps, steps.Select(s => s.At("name").Text()));
        Assert.All(steps, step =>
        {
            Assert.Equal(["name", "status", "latency_ms", "detail"], step.Members());
            Assert.Equal("pass", step.At("status").Text());
            Assert.InRange(step.At("latency_ms").Number(), 0, 60_000);
        });
    }

    [Fact]
    public async Task Nothing_of_it_stays_or_counts()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        var before = (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200);
        for (var i = 0; i < 7; i++) Assert.True((await TestAsync(agent)).Expect(200)["passed"].Flag());
        foreach (var list in (string[])["claims", "resources"])
        {
            Assert.Equal(
                0, (await workspace.Owner.GetAsync($"/v1/work/{list}")).Expect(200)["pagination.total"].Number());
        }

        Assert.Equal(before.Body, (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200).Body);
        // A real run comes last: once that is written down, whatever was to be written of the others is there.
        await agent.HoldAsync("project:real");
        var granted = Assert.Single(await workspace.AuditAsync("claim.granted"));
        Assert.Equal("project:real", granted.At("resource").Text());
        Assert.Single(await agent.ActivityAsync(1));
        var health = await workspace.HealthAsync(a => a["runs_started"].Number() >= 1, "the real run is counted");
        Assert.Equal((1L, 0m), (health["runs_started"].Number(), health["guarded_minutes"].Amount()));
        Assert.Empty(await workspace.AuditAsync("claim.released", 0));
    }

    [Fact]
    public async Task It_passes_where_the_plan_has_no_room()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 5; i++) await agent.HoldAsync($"project:p{i}");
        Assert.True((await TestAsync(agent)).Expect(200)["passed"].Flag());
        Assert.Equal(5, await workspace.UsedAsync("active_claims"));
        Assert.Equal(5, await workspace.UsedAsync("protected_resources"));
    }

    [Fact]
    public async Task Ten_rehearsals_at_once_do_not_meet()
    {
        var agent = await NewAgentAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            Shared.Owner.At(EdgeOf(i)).PostAsync($"{agent.Path}/setup-test")));
        Assert.All(answers, answer => Assert.True(answer.Expect(200)["passed"].Flag(), answer.Body));
    }

    [Fact]
    public async Task A_disabled_agent_fails_at_the_start_and_the_rest_is_skipped()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        Answer? answer = null;
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => !(answer = (await TestAsync(agent)).Expect(200))["passed"].Flag(),
            "it is known that the agent is disabled");
        var steps = answer!["steps"];
        Assert.Equal(
            ["fail", "skipped", "skipped", "skipped", "skipped"],
            steps.EnumerateArray().Select(s => s.At("status").Text()));
        Assert.Contains("disabled", steps.At("0.detail").Text(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Neither_viewers_nor_keys_rehearse()
    {
        var agent = await NewAgentAsync();
        var path = $"{agent.Path}/setup-test";
        (await (await Shared.NewMemberAsync("viewer")).Client.PostAsync(path)).ExpectError(403, "forbidden");
        (await agent.Client.PostAsync(path)).ExpectError(403, "forbidden");
        (await Anonymous.PostAsync(path)).ExpectError(401, "unauthorized");
        (await Shared.Owner.With("Origin", "https://evil.example").PostAsync(path)).ExpectError(403, "csrf_rejected");
        (await Shared.Owner.PostAsync($"{Shared.Path}/agents/42/setup-test")).ExpectError(404, "not_found");
        (await (await Shared.NewMemberAsync("admin")).Client.PostAsync(path)).Expect(200);
    }

    private static Task<Answer> TestAsync(Agent agent) => agent.Workspace.Owner.PostAsync($"{agent.Path}/setup-test");
}
