using System.Collections.Concurrent;

namespace Availsync.Contract.Tests;

/// <summary>API calls of a month: the count may run behind by a second, and never by more than a hundredth.</summary>
public abstract class CallsContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";
    private const int Slack = TestTargets.TinyPlanCalls / 100;
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Of_four_hundred_calls_two_hundred_pass_and_the_count_is_right_within_a_second()
    {
        var (workspace, agent, passed) = await UsedUpAsync();
        Assert.InRange(passed, TestTargets.TinyPlanCalls - Slack, TestTargets.TinyPlanCalls + Slack);
        await Eventually.TrueAsync(
            OneSecond, async () => await workspace.UsedAsync("monthly_api_calls") == passed,
            $"all {passed} calls are counted, and none of those that were refused");
        var refused = (await agent.GetAsync("/v1/work/claims")).ExpectError(402, "plan_limit_reached");
        Assert.Equal(
            (TestTargets.TinyPlan, "monthly_api_calls", (long)TestTargets.TinyPlanCalls),
            (refused["plan"].Text(), refused["limit.name"].Text(), refused["limit.max"].Number()));
        Assert.InRange(refused["limit.used"].Number(), TestTargets.TinyPlanCalls - Slack, passed);
    }

    [Fact]
    public async Task Beyond_the_limit_a_key_is_good_for_heartbeats_and_people_go_on()
    {
        var (workspace, agent, _) = await UsedUpAsync();
        foreach (var path in (string[])["/v1/me", "/v1/work/claims", "/v1/work/resources", "/v1/work/events"])
            (await agent.GetAsync(path)).ExpectError(402, "plan_limit_reached");
        (await agent.StartAsync("project:p")).ExpectError(402, "plan_limit_reached");
        (await agent.PostAsync("/v1/activity/usage", new { total_tokens = 1 })).ExpectError(402, "plan_limit_reached");
        foreach (var edge in Target.Addresses)
        {
            (await agent.At(edge).PostAsync("/v1/mcp/heartbeat", new { client_name = "c", client_version = "1" }))
                .Expect(200);
            (await workspace.Owner.At(edge).GetAsync("/v1/work/claims")).Expect(200);
        }

        (await workspace.Owner.PostAsync(Start, new { resource = "project:p", agent_id = agent.Id }))
            .Expect(200, "proceed");
    }

    [Fact]
    public async Task A_repeat_of_an_answered_start_is_replayed_beyond_the_limit()
    {
        var workspace = await NewWorkspaceAsync(TestTargets.TinyPlan);
        var agent = await workspace.NewAgentAsync();
        var client = agent.Client.WithIdempotencyKey("before-the-end");
        var first = (await client.PostAsync(Start, new { resource = "project:p" })).Expect(200, "proceed");
        await UseUpAsync(agent);
        var second = (await client.PostAsync(Start, new { resource = "project:p" })).Expect(200, "proceed");
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        (await agent.Client.WithIdempotencyKey("after-the-end").PostAsync(Start, new { resource = "project:q" }))
            .ExpectError(402, "plan_limit_reached");
        (await client.PostAsync(Start, new { resource = "project:q" })).ExpectError(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_larger_plan_lets_every_edge_go_on_within_a_second()
    {
        var (workspace, agent, _) = await UsedUpAsync();
        await workspace.OnPlanAsync("free");
        await Task.WhenAll(Target.Addresses.Select(edge => Eventually.TrueAsync(
            OneSecond, async () => (await agent.At(edge).GetAsync("/v1/work/claims")).Status == 200,
            $"calls pass at {edge}")));
    }

    private async Task<(Workspace Workspace, Agent Agent, int Passed)> UsedUpAsync()
    {
        var workspace = await NewWorkspaceAsync(TestTargets.TinyPlan);
        var agent = await workspace.NewAgentAsync();
        return (workspace, agent, await UseUpAsync(agent));
    }

    /// <summary>Four hundred calls from twenty at a time, over all edges; tells how many have passed.</summary>
    private async Task<int> UseUpAsync(Agent agent)
    {
        var answers = new ConcurrentBag<Answer>();
        await Parallel.ForAsync(
            0, 2 * TestTargets.TinyPlanCalls, new ParallelOptions { MaxDegreeOfParallelism = 20 },
            async (i, _) => answers.Add(await agent.At(EdgeOf(i)).GetAsync("/v1/work/claims?limit=1")));
        Assert.All(answers.Where(a => a.Status != 200), a => a.ExpectError(402, "plan_limit_reached"));
        return answers.Count(a => a.Status == 200);
    }
}
