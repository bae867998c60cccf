using System.Collections.Concurrent;

namespace Availsync.Contract.Tests;

/// <summary>The plan of a workspace: what it allows, what is used, and who may change it.</summary>
public abstract class PlansContract(Target target) : ContractTest(target)
{
    private const string Status = "/v1/billing/status";
    private const string Plan = "/v1/billing/plan";

    private static readonly string[] Limits =
        ["agents", "protected_resources", "active_claims", "monthly_api_calls"];

    [Theory]
    [InlineData("free", 3, 5, 5, 10_000)]
    [InlineData("team", 25, 100, 100, 500_000)]
    [InlineData("scale", 250, 2_000, 2_000, 10_000_000)]
    public async Task A_plan_has_its_limits(string plan, params int[] limits)
    {
        var workspace = await NewWorkspaceAsync(plan);
        var answer = (await workspace.Owner.GetAsync(Status)).Expect(200);
        Assert.Equal(["plan", "period", "limits", "usage", "upgrade_hints"], answer.Json.Members());
        Assert.Equal(plan, answer["plan"].Text());
        Assert.Equal(Limits, answer["limits"].Members());
        Assert.Equal(limits.Select(l => (long)l), Limits.Select(l => answer[$"limits.{l}"].Number()));
        Assert.Equal(Limits, answer["usage"].Members());
        Assert.All(Limits, limit => Assert.Equal(0, answer[$"usage.{limit}"].Number()));
        Assert.Equal(0, answer["upgrade_hints"].GetArrayLength());
    }

    [Fact]
    public async Task Unlimited_is_null_and_hints_at_nothing()
    {
        var workspace = await NewWorkspaceAsync("unlimited");
        for (var i = 0; i < 4; i++) await workspace.NewAgentAsync();
        var answer = (await workspace.Owner.GetAsync(Status)).Expect(200);
        Assert.All(Limits, limit => Assert.True(answer[$"limits.{limit}"].IsNull()));
        Assert.Equal(4, answer["usage.agents"].Number());
        Assert.Equal(0, answer["upgrade_hints"].GetArrayLength());
    }

    [Fact]
    public async Task The_period_is_the_calendar_month_in_utc()
    {
        var before = TimeProvider.System.GetUtcNow();
        var period = (await Shared.Owner.GetAsync(Status)).Expect(200)["period"];
        var (start, end) = (period.At("start").Time(), period.At("end").Time());
        Assert.Equal(new DateTimeOffset(start.Year, start.Month, 1, 0, 0, 0, TimeSpan.Zero), start);
        Assert.Equal(start.AddMonths(1), end);
        Assert.True(start <= TimeProvider.System.GetUtcNow() && before < end);
    }

    [Fact]
    public async Task Usage_is_what_is_there_now()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        var claims = new[] { await agent.HoldAsync("project:a"), await agent.HoldAsync("project:b") };
        async Task<long[]> UsageAsync()
        {
            var usage = (await workspace.Owner.GetAsync(Status)).Expect(200)["usage"];
            return [.. Limits[..3].Select(limit => usage.At(limit).Number())];
        }

        Assert.Equal((long[])[1, 2, 2], await UsageAsync());
        (await agent.FinishAsync(claims[0])).Expect(200);
        await workspace.NewAgentAsync();
        Assert.Equal((long[])[2, 2, 1], await UsageAsync());
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1), async () => await workspace.UsedAsync("monthly_api_calls") == 3,
            "the calls are counted");
    }

    [Fact]
    public async Task A_heartbeat_and_a_persons_calls_are_not_counted()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 3; i++)
        {
            (await agent.PostAsync("/v1/mcp/heartbeat", new { client_name = "c", client_version = "1" })).Expect(200);
            (await workspace.Owner.GetAsync("/v1/work/claims")).Expect(200);
        }

        (await agent.GetAsync("/v1/work/claims")).Expect(200);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1), async () => await workspace.UsedAsync("monthly_api_calls") > 0,
            "a call is counted");
        Assert.Equal(1, await workspace.UsedAsync("monthly_api_calls"));
    }

    [Fact]
    public async Task From_eighty_percent_on_there_is_a_hint_which_plan_has_more()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 3; i++) await agent.HoldAsync($"project:p{i}");
        Assert.Equal(0, (await workspace.Owner.GetAsync(Status)).Expect(200)["upgrade_hints"].GetArrayLength());
        await agent.HoldAsync("project:p3");
        var hints = (await workspace.Owner.GetAsync(Status)).Expect(200)["upgrade_hints"];
        Assert.Equal(
            ["active_claims", "protected_resources"], hints.EnumerateArray().Select(h => h.At("limit").Text()).Order());
        Assert.All(hints.EnumerateArray(), hint =>
        {
            Assert.Equal(["limit", "used", "max", "plan", "plan_max", "message"], hint.Members());
            Assert.Equal(
                (4L, 5L, "team", 100L),
                (hint.At("used").Number(), hint.At("max").Number(), hint.At("plan").Text(),
                    hint.At("plan_max").Number()));
        });
    }

    [Fact]
    public async Task An_owner_changes_the_plan_and_nobody_else_does()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        foreach (var role in (string[])["admin", "viewer"])
        {
            var member = (await workspace.NewMemberAsync(role)).Client;
            (await member.PutAsync(Plan, new { plan = "team" })).ExpectError(403, "forbidden");
            (await member.GetAsync(Status)).Expect(200);
        }

        (await agent.Client.PutAsync(Plan, new { plan = "team" })).ExpectError(403, "forbidden");
        (await agent.GetAsync(Status)).ExpectError(403, "forbidden");
        (await Anonymous.PutAsync(Plan, new { plan = "team" })).ExpectError(401, "unauthorized");
        (await Anonymous.GetAsync(Status)).ExpectError(401, "unauthorized");
        (await workspace.Owner.With("Origin", "https://evil.example").PutAsync(Plan, new { plan = "team" }))
            .ExpectError(403, "csrf_rejected");
        Assert.Equal("free", (await workspace.Owner.GetAsync(Status)).Expect(200)["plan"].Text());
        (await (await workspace.NewMemberAsync("owner")).Client.PutAsync(Plan, new { plan = "team" })).Expect(200);
        Assert.Equal("team", (await workspace.Owner.GetAsync(Status)).Expect(200)["plan"].Text());
        Assert.Equal("team", (await workspace.Owner.GetAsync("/v1/me")).Expect(200)["org.plan"].Text());
    }

    [Fact]
    public async Task A_plan_that_is_none_is_400_and_learns_which_there_are()
    {
        var workspace = await NewWorkspaceAsync("free");
        var answer = (await workspace.Owner.PutAsync(Plan, new { plan = "gold" })).ExpectWrong("plan");
        foreach (var plan in (string[])["free", "team", "scale", "unlimited"])
            Assert.Contains(plan, answer["details.0.message"].Text(), StringComparison.Ordinal);
        (await workspace.Owner.PutAsync(Plan, new { })).ExpectWrong("plan");
        (await workspace.Owner.PutAsync(Plan, new { plan = 1 })).ExpectWrong("plan");
        (await workspace.Owner.PutAsync(Plan, new { plan = "Free" })).ExpectWrong("plan");
        (await workspace.Owner.SendAsync("PUT", Plan, Client.Content("{"u8.ToArray(), "application/json")))
            .ExpectError(400, "invalid_json");
        Assert.Equal("free", (await workspace.Owner.GetAsync(Status)).Expect(200)["plan"].Text());
    }

    [Fact]
    public async Task A_raised_plan_holds_at_every_edge_within_a_second()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 5; i++) await agent.HoldAsync($"project:p{i}");
        foreach (var edge in Target.Addresses)
            (await agent.At(edge).StartAsync("project:one-more")).ExpectError(402, "plan_limit_reached");
        await workspace.OnPlanAsync("team");
        await Task.WhenAll(Target.Addresses.Select((edge, i) => Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await agent.At(edge).StartAsync($"project:more-{i}")).Status == 200,
            $"there is room at {edge}")));
    }

    [Fact]
    public async Task A_lowered_plan_ends_nothing_that_runs_and_refuses_what_is_new()
    {
        var workspace = await NewWorkspaceAsync("team");
        var agents = new List<Agent>();
        for (var i = 0; i < 4; i++) agents.Add(await workspace.NewAgentAsync());
        var agent = agents[0];
        List<Held> claims = [];
        for (var i = 0; i < 7; i++) claims.Add(await agent.HoldAsync($"project:p{i}"));
        await workspace.OnPlanAsync("free");
        var late = new ConcurrentBag<Held>();
        await Task.WhenAll(Target.Addresses.Select(edge => Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () =>
            {
                var answer = await agent.At(edge).StartAsync($"project:{Unique.Name()}");
                if (answer.Status == 200) late.Add(Held.In(answer["claim"]));
                return answer.Status == 402;
            },
            $"nothing new is granted at {edge}")));
        claims.AddRange(late);
        foreach (var claim in claims) (await agent.ExtendAsync(claim, 1200)).Expect(200, "extended");
        foreach (var other in agents) (await other.GetAsync("/v1/work/claims")).Expect(200);
        (await workspace.Owner.PostAsync($"{workspace.Path}/agents", new { name = "fifth" }))
            .ExpectError(402, "plan_limit_reached");
        while (claims.Count > 4)
        {
            (await agent.FinishAsync(claims[^1])).Expect(200, "finished");
            claims.RemoveAt(claims.Count - 1);
        }

        var refused = (await agent.StartAsync("project:brand-new")).ExpectError(402, "plan_limit_reached");
        Assert.Equal("protected_resources", refused["limit.name"].Text());
        Assert.InRange(refused["limit.used"].Number(), 7, long.MaxValue);
        (await agent.StartAsync("project:p6")).Expect(200, "proceed");
    }
}
