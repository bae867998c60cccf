namespace Availsync.Contract.Tests;

/// <summary><c>test-connection</c>: whether an agent could work right now.</summary>
public abstract class ConnectionTestContract(Target target) : ContractTest(target)
{
    private static readonly string[] Checks =
        ["agent_enabled", "live_key", "last_seen", "mode", "plan_room", "arbiter", "accounting"];

    [Fact]
    public async Task A_new_agent_is_ready_and_has_yet_to_be_seen()
    {
        var agent = await NewAgentAsync();
        var answer = (await TestAsync(agent)).Expect(200);
        Assert.Equal(["ready", "checks"], answer.Json.Members());
        Assert.True(answer["ready"].Flag());
        Assert.Equal(Checks, answer["checks"].EnumerateArray().Select(c => c.At("name").Text()));
        Assert.All(answer["checks"].EnumerateArray(), c => Assert.Equal(["name", "status", "message"], c.Members()));
        Assert.Equal("warn", StatusOf(answer, "last_seen"));
        Assert.All(Checks.Except(["last_seen"]), name => Assert.Equal("pass", StatusOf(answer, name)));
    }

    [Fact]
    public async Task An_agent_that_was_seen_passes_everything()
    {
        var agent = await NewAgentAsync();
        (await agent.PostAsync("/v1/mcp/heartbeat", new { client_name = "codex", client_version = "1" })).Expect(200);
        await BecomesAsync(agent, "last_seen", "pass");
        Assert.All(
            (await TestAsync(agent)).Expect(200)["checks"].EnumerateArray(),
            c => Assert.Equal("pass", c.At("status").Text()));
    }

    [Fact]
    public async Task A_disabled_agent_is_not_ready()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        var answer = (await TestAsync(agent)).Expect(200);
        Assert.False(answer["ready"].Flag());
        Assert.Equal("fail", StatusOf(answer, "agent_enabled"));
        (await Shared.Owner.PatchAsync(agent.Path, new { disabled = false })).Expect(200);
        Assert.True((await TestAsync(agent)).Expect(200)["ready"].Flag());
    }

    [Fact]
    public async Task An_agent_without_a_key_is_not_ready()
    {
        var agent = await NewAgentAsync();
        (await Shared.Owner.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).Expect(204);
        var answer = (await TestAsync(agent)).Expect(200);
        Assert.False(answer["ready"].Flag());
        Assert.Equal("fail", StatusOf(answer, "live_key"));
    }

    [Fact]
    public async Task One_that_observes_is_ready_and_warned()
    {
        var answer = (await TestAsync(await Shared.NewAgentAsync(mode: "observe"))).Expect(200);
        Assert.True(answer["ready"].Flag());
        Assert.Equal("warn", StatusOf(answer, "mode"));
    }

    [Fact]
    public async Task Room_in_the_plan_runs_short_and_then_out()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 3; i++) await agent.HoldAsync($"project:p{i}");
        Assert.Equal("pass", StatusOf((await TestAsync(agent)).Expect(200), "plan_room"));
        await agent.HoldAsync("project:p3");
        var scarce = (await TestAsync(agent)).Expect(200);
        Assert.True(scarce["ready"].Flag());
        Assert.Equal("warn", StatusOf(scarce, "plan_room"));
        await agent.HoldAsync("project:p4");
        var full = (await TestAsync(agent)).Expect(200);
        Assert.False(full["ready"].Flag());
        Assert.Equal("fail", StatusOf(full, "plan_room"));
    }

    [Fact]
    public async Task Looking_changes_nothing()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        var before = (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200);
        for (var i = 0; i < 3; i++) (await TestAsync(agent)).Expect(200);
        Assert.Equal(before.Body, (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200).Body);
        Assert.True((await workspace.Owner.GetAsync(agent.Path)).Expect(200)["agent.last_seen_at"].IsNull());
    }

    [Fact]
    public async Task Viewers_may_look_and_keys_may_not()
    {
        var agent = await NewAgentAsync();
        var path = $"{agent.Path}/test-connection";
        (await (await Shared.NewMemberAsync("viewer")).Client.PostAsync(path)).Expect(200);
        (await agent.Client.PostAsync(path)).ExpectError(403, "forbidden");
        (await Anonymous.PostAsync(path)).ExpectError(401, "unauthorized");
        (await Shared.Owner.With("Origin", "https://evil.example").PostAsync(path)).ExpectError(403, "csrf_rejected");
        (await Shared.Owner.PostAsync($"{Shared.Path}/agents/42/test-connection")).ExpectError(404, "not_found");
    }

    private static Task<Answer> TestAsync(Agent agent) =>
        agent.Workspace.Owner.PostAsync($"{agent.Path}/test-connection");

    private static string StatusOf(Answer answer, string check) =>
        answer["checks"].EnumerateArray().Single(c => c.At("name").Text() == check).At("status").Text();

    private static Task BecomesAsync(Agent agent, string check, string status) => Eventually.TrueAsync(
        Records.Soon,
        async () => StatusOf((await TestAsync(agent)).Expect(200), check) == status,
        $"{check} becomes {status}");
}
