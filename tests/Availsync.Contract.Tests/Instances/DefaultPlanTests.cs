namespace Availsync.Contract.Tests;

/// <summary><c>Accounts:DefaultPlan</c> and <c>Plans</c>: on what plan a workspace begins.</summary>
[Collection(Alone.Name)]
public sealed class DefaultPlanTests
{
    [Fact]
    public async Task The_first_workspace_is_unlimited_and_who_signs_up_is_on_free()
    {
        await using var target = new StandaloneTarget();
        await target.EnsureStartedAsync();
        var first = await new Client(target.Address).WithKey(target.FirstKey).GetAsync("/v1/me");
        Assert.Equal("unlimited", first.Expect(200)["org.plan"].Text());
        var workspace = await Workspace.SignUpAsync(target);
        Assert.Equal("free", (await workspace.Owner.GetAsync("/v1/me")).Expect(200)["org.plan"].Text());
        for (var i = 0; i < 3; i++) await workspace.NewAgentAsync();
        (await workspace.Owner.PostAsync($"{workspace.Path}/agents", new { name = "fourth" }))
            .ExpectError(402, "plan_limit_reached");
    }

    [Fact]
    public async Task A_plan_of_ones_own_bounds_what_it_says_and_nothing_else()
    {
        await using var target = new StandaloneTarget(new Dictionary<string, string>
        {
            ["Accounts__DefaultPlan"] = "small",
            ["Plans__small__ActiveClaims"] = "1",
        });
        await target.EnsureStartedAsync();
        var workspace = await Workspace.SignUpAsync(target);
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 4; i++) await workspace.NewAgentAsync();
        var claim = await agent.HoldAsync("project:one");
        var refused = (await agent.StartAsync("project:two")).ExpectError(402, "plan_limit_reached");
        Assert.Equal(("small", "active_claims"), (refused["plan"].Text(), refused["limit.name"].Text()));
        (await agent.FinishAsync(claim)).Expect(200);
        await agent.HoldAsync("project:two");
    }

    [Fact]
    public async Task What_was_used_outlives_a_kill()
    {
        await using var target = new StandaloneTarget();
        await target.EnsureStartedAsync();
        var workspace = await Workspace.SignUpAsync(target);
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 5; i++) await agent.HoldAsync($"project:p{i}");
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1), async () => await workspace.UsedAsync("monthly_api_calls") == 5,
            "five calls are counted");
        await agent.ActivityAsync(5);
        var before = (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200).Body;
        await target.KillAndRestartAsync();
        Assert.Equal(before, (await workspace.Owner.GetAsync("/v1/billing/status")).Expect(200).Body);
        Assert.Equal(5, (await agent.ActivityAsync(5)).Length);
        (await agent.StartAsync("project:new")).ExpectError(402, "plan_limit_reached");
    }
}
