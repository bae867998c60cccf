namespace Availsync.Contract.Tests;

/// <summary>Displacing claims of lower priority, where the workspace says so.</summary>
public abstract class PreemptionContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task A_strictly_higher_priority_displaces_and_the_displaced_is_told_by_whom()
    {
        var (low, high) = await AgentsAsync("preempt_lower");
        var claim = await low.HoldAsync("repo:owner/repo");
        var check = (await high.PostAsync("/v1/work/check", new { resource = "repo:owner/repo" })).Expect(200, "proceed");
        Assert.True(check["available"].GetBoolean());

        var winner = await high.HoldAsync("repo:owner/repo");

        Assert.True(winner.Token > claim.Token);
        foreach (var answer in new[] { await low.ExtendAsync(claim, 600), await low.DeclareAsync(claim, "edit", "a") })
        {
            var refused = answer.ExpectError(409, "claim_not_active");
            Assert.Equal("preempted", refused["status"].Text());
            Assert.Equal(
                [
                    "id", "agent_id", "agent_name", "resource_type", "resource_key", "priority", "reason", "expires_at",
                    "owned_by_you",
                ],
                refused["preempted_by"].Members());
            Assert.Equal(
                (winner.Id, high.Id, false),
                (refused["preempted_by.id"].Text(), refused["preempted_by.agent_id"].Text(),
                    refused["preempted_by.owned_by_you"].GetBoolean()));
        }

        Assert.Equal("preempted", (await low.ReadAsync(claim)).At("status").Text());
        Assert.Equal(
            "preempted", (await low.FinishAsync(claim)).Expect(200, "already_finished")["claim.status"].Text());
        Assert.Single((await low.GetAsync("/v1/work/claims?status=preempted")).Expect(200)["claims"].EnumerateArray());
    }

    [Theory]
    [InlineData("preempt_lower", 1)]
    [InlineData("preempt_lower", 0)]
    [InlineData("first_come", 1000)]
    public async Task Otherwise_whoever_holds_keeps(string arbitration, int priority)
    {
        var (low, high) = await AgentsAsync(arbitration);
        var claim = await low.HoldAsync("repo:owner/repo");
        var skip = (await high.PostAsync("/v1/work/run/start", new { resource = "repo:owner/repo", priority }))
            .Expect(200, "skip_run");
        Assert.Equal(claim.Id, skip["blocking_claim.id"].Text());
        (await low.ExtendAsync(claim, 600)).Expect(200, "extended");
    }

    [Fact]
    public async Task All_or_nothing_is_displaced()
    {
        var (low, high) = await AgentsAsync("preempt_lower");
        var docs = await low.HoldAsync("project:owner/repo#docs");
        (await low.PostAsync("/v1/work/run/start", new { resource = "project:owner/repo#code", priority = 500 }))
            .Expect(200, "proceed");
        (await high.StartAsync("repo:owner/repo")).Expect(200, "skip_run");
        Assert.Equal("active", (await low.ReadAsync(docs)).At("status").Text());

        (await high.PostAsync("/v1/work/run/start", new { resource = "repo:owner/repo", priority = 501 }))
            .Expect(200, "proceed");
        Assert.Equal(
            2, (await low.GetAsync("/v1/work/claims?status=preempted")).Expect(200)["claims"].GetArrayLength());
    }

    [Fact]
    public async Task A_displaced_claim_is_in_the_audit()
    {
        var (low, high) = await AgentsAsync("preempt_lower");
        var claim = await low.HoldAsync("repo:owner/repo");
        await high.HoldAsync("repo:owner/repo");
        var preempted = Assert.Single(await low.Workspace.AuditAsync("claim.preempted"));
        Assert.Equal((low.Id, claim.Id), (preempted.At("agent_id").Text(), preempted.At("claim_id").Text()));
    }

    private async Task<(Agent Low, Agent High)> AgentsAsync(string arbitration)
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { arbitration });
        return (await workspace.NewAgentAsync(default_priority: 1), await workspace.NewAgentAsync(default_priority: 2));
    }
}
