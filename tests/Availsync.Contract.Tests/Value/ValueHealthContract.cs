namespace Availsync.Contract.Tests;

/// <summary><c>GET /v1/value/health</c>: sums, days and how the agents are.</summary>
public abstract class ValueHealthContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/value/health";

    private static readonly string[] Sums =
    [
        "runs_started", "runs_skipped", "observed_conflicts", "conflicts_prevented", "guarded_minutes",
        "tokens_reported", "cost_usd_reported",
    ];

    [Fact]
    public async Task A_new_workspace_has_thirty_days_of_zeros()
    {
        var workspace = await NewWorkspaceAsync();
        var before = Today();
        var answer = (await workspace.Owner.GetAsync(Path)).Expect(200);
        Assert.Equal(["window_days", .. Sums, "daily", "agents"], answer.Json.Members());
        Assert.Equal(30, answer["window_days"].Number());
        Assert.All(Sums, sum => Assert.Equal(0, answer[sum].Amount()));
        Assert.Equal(0, answer["agents"].GetArrayLength());
        var days = answer["daily"].EnumerateArray().ToArray();
        Assert.All(days, day => Assert.Equal(["date", .. Sums], day.Members()));
        var dates = days.Select(d => DateOnly.ParseExact(d.At("date").Text(), "yyyy-MM-dd")).ToArray();
        Assert.Equal(Enumerable.Range(0, 30).Select(i => dates[0].AddDays(i)), dates);
        Assert.InRange(dates[^1], before, Today());
    }

    [Fact]
    public async Task Every_sum_counts_what_its_name_says()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        var (one, two) =
            (await agent.HoldAsync("project:owner/repo#one", 5), await agent.HoldAsync("project:owner/repo#two"));
        (await agent.StartAsync("project:owner/repo#one")).Expect(200, "skip_run");
        (await observer.StartAsync("project:owner/repo#two")).Expect(200, "proceed");
        (await observer.StartAsync("project:owner/repo#free")).Expect(200, "proceed");
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200, "updated");
        (await agent.DeclareAsync(two, "edit", "src/a", "docs/")).Expect(200, "partial_proceed");
        (await agent.DeclareAsync(two, "edit", "src/a")).Expect(409, "blocked");
        (await agent.PostAsync("/v1/activity/usage", new { input_tokens = 100, output_tokens = 20, cost_usd = 0.25 }))
            .Expect(202);
        (await agent.PostAsync(
            "/v1/activity/usage", new { input_tokens = 1, output_tokens = 1, total_tokens = 7, cost_usd = 0.5 }))
            .Expect(202);
        await Eventually.PassedAsync(one.ExpiresAt.AddSeconds(1));
        var answer = await workspace.HealthAsync(
            a => a["guarded_minutes"].Amount() > 0 && a["conflicts_prevented"].Number() >= 3
                && a["tokens_reported"].Number() >= 127,
            "the expired claim, the blocks and the reports are counted");
        Assert.Equal(
            [2m, 1m, 1m, 3m, 0.1m, 127m, 0.75m], Sums.Select(sum => answer[sum].Amount()));
        foreach (var sum in Sums)
            Assert.Equal(answer[sum].Amount(), answer["daily"].EnumerateArray().Sum(day => day.At(sum).Amount()));
        Assert.Equal([observer.Id, agent.Id], answer["agents"].EnumerateArray().Select(a => a.At("id").Text()));
        Assert.Equal(
            (agent.Name, "active", "enforce", 2L, 1L),
            (answer["agents.1.name"].Text(), answer["agents.1.status"].Text(), answer["agents.1.mode"].Text(),
                answer["agents.1.runs"].Number(), answer["agents.1.skips"].Number()));
        Assert.Equal(
            ("observe", 0L, 0L),
            (answer["agents.0.mode"].Text(), answer["agents.0.runs"].Number(), answer["agents.0.skips"].Number()));
    }

    [Fact]
    public async Task An_agent_is_never_connected_then_active_then_online()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var answer = (await workspace.Owner.GetAsync(Path)).Expect(200);
        Assert.Equal("never_connected", answer["agents.0.status"].Text());
        Assert.True(answer["agents.0.last_seen_at"].IsNull());
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        (await agent.StartAsync("repo:o/r")).Expect(200);
        answer = await workspace.HealthAsync(
            a => a["agents.0.status"].Text() == "active", "an agent that works is active");
        Assert.InRange(answer["agents.0.last_seen_at"].Time(), before, TimeProvider.System.GetUtcNow());
        (await agent.PostAsync("/v1/mcp/heartbeat", new { client_name = "codex", client_version = "1" })).Expect(200);
        await workspace.HealthAsync(a => a["agents.0.status"].Text() == "online", "a heartbeat makes it online");
    }

    [Fact]
    public async Task The_mode_is_the_one_that_holds()
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { mode = "observe" });
        await workspace.NewAgentAsync();
        await workspace.NewAgentAsync(mode: "enforce");
        var answer = (await workspace.Owner.GetAsync(Path)).Expect(200);
        Assert.Equal(["enforce", "observe"], answer["agents"].EnumerateArray().Select(a => a.At("mode").Text()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(90)]
    public async Task The_window_has_as_many_days_as_asked_for(int days)
    {
        var answer = (await Shared.Owner.GetAsync($"{Path}?days={days}")).Expect(200);
        Assert.Equal(days, answer["window_days"].Number());
        Assert.Equal(days, answer["daily"].GetArrayLength());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("91")]
    [InlineData("1.5")]
    [InlineData("a%20week")]
    [InlineData("")]
    public async Task A_window_that_is_none_is_400(string days) =>
        (await Shared.Owner.GetAsync($"{Path}?days={days}")).ExpectWrong("days");

    [Fact]
    public async Task It_is_for_people_alone_and_viewers_are_people()
    {
        (await (await NewAgentAsync()).GetAsync(Path)).ExpectError(403, "forbidden");
        (await Anonymous.GetAsync(Path)).ExpectError(401, "unauthorized");
        (await (await Shared.NewMemberAsync("viewer")).Client.GetAsync(Path)).Expect(200);
    }

    private static DateOnly Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
}
