namespace Availsync.Contract.Tests;

/// <summary>Observe mode: nothing is held up, and everybody learns what would have been.</summary>
public abstract class ObservingContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task An_observer_always_proceeds_and_holds_nothing()
    {
        var workspace = await NewWorkspaceAsync();
        var (observer, agent) = (await workspace.NewAgentAsync(mode: "observe"), await workspace.NewAgentAsync());
        var answer = (await observer.StartAsync("repo:owner/repo")).Expect(200, "proceed");
        Assert.Equal(["action", "mode", "claim", "retry_after", "shadow_decision"], answer.Json.Members());
        Assert.Equal("observe", answer["mode"].Text());
        Assert.True(answer["claim"].IsNull() && answer["retry_after"].IsNull());
        var shadow = answer["shadow_decision"];
        Assert.Equal(["action", "would_have_blocked", "reason", "retry_after", "blocking_claim"], shadow.Members());
        Assert.Equal("proceed", shadow.At("action").Text());
        Assert.False(shadow.At("would_have_blocked").Flag());
        Assert.True(
            shadow.At("reason").IsNull() && shadow.At("retry_after").IsNull() && shadow.At("blocking_claim").IsNull());
        Assert.Equal(0, (await workspace.Owner.GetAsync("/v1/work/claims")).Expect(200)["pagination.total"].Number());
        await agent.HoldAsync("repo:owner/repo");
    }

    [Fact]
    public async Task An_observer_learns_what_would_have_blocked_it()
    {
        var (holder, observer) = (await NewAgentAsync(), await Shared.NewAgentAsync(mode: "observe"));
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        var answer = (await observer.StartAsync(resource)).Expect(200, "proceed");
        Assert.True(answer["retry_after"].IsNull());
        Assert.Null(answer.Header("Retry-After"));
        var shadow = answer["shadow_decision"];
        Assert.Equal("skip_run", shadow.At("action").Text());
        Assert.True(shadow.At("would_have_blocked").Flag());
        Assert.Equal("Another active work claim has priority", shadow.At("reason").Text());
        Assert.Equal(claim.ExpiresAt, shadow.At("retry_after").Time());
        Assert.Equal(claim.Id, shadow.At("blocking_claim.id").Text());
        Assert.Equal("active", (await holder.ReadAsync(claim)).At("status").Text());
    }

    [Fact]
    public async Task The_mode_is_the_workspaces_unless_the_agent_has_its_own()
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { mode = "observe" });
        var (follower, enforcer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "enforce"));
        Assert.Equal("observe", (await follower.StartAsync("repo:o/one")).Expect(200, "proceed")["mode"].Text());
        Assert.Equal("enforce", (await enforcer.StartAsync("repo:o/two")).Expect(200, "proceed")["mode"].Text());
    }

    [Fact]
    public async Task A_changed_mode_holds_within_a_second()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        async Task BecomesAsync(string mode) => await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await agent.StartAsync($"project:{Unique.Name()}"))
                .Expect(200, "proceed")["mode"].Text() == mode,
            $"the mode is {mode}");
        await BecomesAsync("enforce");
        await workspace.ChangeAsync(new { mode = "observe" });
        await BecomesAsync("observe");
        (await workspace.Owner.PatchAsync(agent.Path, new { mode = "enforce" })).Expect(200);
        await BecomesAsync("enforce");
        (await workspace.Owner.PatchAsync(agent.Path, new { mode = (string?)null })).Expect(200);
        await BecomesAsync("observe");
    }

    [Fact]
    public async Task A_check_by_an_observer_tells_the_truth_and_lets_it_go_on()
    {
        var (holder, observer) = (await NewAgentAsync(), await Shared.NewAgentAsync(mode: "observe"));
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        var check = (await observer.PostAsync("/v1/work/check", new { resource })).Expect(200, "proceed");
        Assert.False(check["available"].Flag());
        Assert.Equal(claim.Id, check["blocking_claim.id"].Text());
        var free = (await observer.PostAsync("/v1/work/check", new { resource = NewRepo() })).Expect(200, "proceed");
        Assert.True(free["available"].Flag());
    }

    [Fact]
    public async Task The_legacy_claim_of_an_observer_is_null()
    {
        var observer = await Shared.NewAgentAsync(mode: "observe");
        var answer = (await observer.PostAsync("/v1/work/claim", new { resource = NewRepo() })).Expect(201);
        Assert.Equal("""{"claim":null}""", answer.Body);
    }

    [Fact]
    public async Task The_legacy_claim_of_an_observer_is_null_though_another_holds_the_resource()
    {
        var (holder, observer) = (await NewAgentAsync(), await Shared.NewAgentAsync(mode: "observe"));
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        var answer = (await observer.PostAsync("/v1/work/claim", new { resource })).Expect(201);
        Assert.Equal("""{"claim":null}""", answer.Body);
        Assert.Equal("active", (await holder.ReadAsync(claim)).At("status").Text());
    }
}
