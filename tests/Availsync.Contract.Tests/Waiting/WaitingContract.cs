using System.Diagnostics;
using System.Net.Http.Json;

namespace Availsync.Contract.Tests;

/// <summary>Waiting for a turn. These tests measure, and have the cores to themselves.</summary>
public abstract class WaitingContract(Target target) : ContractTest(target)
{
    /// <summary>Less than a call waits for a hint before it asks without one.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(1.5);

    public static TheoryData<string> Causes =>
        ["finish", "release", "revocation", "a displacement", "a disabled agent"];

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task Whatever_ends_a_claim_serves_who_waits_at_once(string cause)
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { arbitration = "preempt_lower" });
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        var resource = cause == "a displacement" ? "project:owner/repo#docs" : "repo:owner/repo";
        var waiting = WaitAsync(waiter, resource);
        await QueuedAsync(workspace, 1);

        (await (cause switch
        {
            "finish" => holder.FinishAsync(held),
            "release" => holder.Client.DeleteAsync($"/v1/work/claims/{held.Id}"),
            "revocation" => workspace.Owner.DeleteAsync($"/v1/work/claims/{held.Id}"),
            "a disabled agent" => workspace.Owner.PatchAsync(holder.Path, new { disabled = true }),
            _ => StartAsync(await workspace.NewAgentAsync(), "project:owner/repo#code", priority: 101),
        })).Expect(200);
        var caused = Stopwatch.GetTimestamp();

        var granted = (await waiting).Expect(200, "proceed");
        Assert.True(Stopwatch.GetElapsedTime(caused) < Told, $"{Stopwatch.GetElapsedTime(caused)} after {cause}");
        Assert.Equal((await waiter.ReadAsync(held)).At("ended_at").Time(), granted["claim.started_at"].Time());
        Assert.Equal(waiter.Id, granted["claim.agent_id"].Text());
        Assert.True(granted["claim.fencing_token"].Number() > held.Token);
        Assert.Equal(JsonValueKind.Null, granted["retry_after"].ValueKind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task The_end_of_a_lease_and_of_its_grace_serve_who_waits(int grace)
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { expiry_grace_seconds = grace });
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo", 5);

        var granted = (await WaitAsync(waiter, "repo:owner/repo")).Expect(200, "proceed");

        Assert.InRange(
            granted["claim.started_at"].Time() - held.ExpiresAt, TimeSpan.FromSeconds(grace),
            TimeSpan.FromSeconds(grace + 1));
    }

    [Fact]
    public async Task When_the_time_is_over_the_ticket_tells_the_place_and_keeps_it()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, first) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        var before = TimeProvider.System.GetUtcNow();
        var skip = (await WaitAsync(first, "repo:owner/repo", seconds: 1)).Expect(200, "skip_run");

        Assert.Equal(["action", "mode", "reason", "retry_after", "blocking_claim", "queue"], skip.Json.Members());
        Assert.Equal(["ticket", "position", "length", "expires_at"], skip["queue"].Members());
        Assert.Equal((1, 1), (skip["queue.position"].Number(), skip["queue.length"].Number()));
        Assert.InRange(
            skip["queue.expires_at"].Time() - before, TimeSpan.FromSeconds(30.5), TimeSpan.FromSeconds(35));
        Assert.Equal(held.Id, skip["blocking_claim.id"].Text());
        Assert.Equal(held.ExpiresAt, skip["retry_after"].Time());

        var second = (await WaitAsync(await workspace.NewAgentAsync(), "repo:owner/repo", seconds: 1))
            .Expect(200, "skip_run");
        Assert.Equal((2, 2), (second["queue.position"].Number(), second["queue.length"].Number()));
        var back = (await WaitAsync(first, "repo:owner/repo", seconds: 1, ticket: skip["queue.ticket"].Text()))
            .Expect(200, "skip_run");
        Assert.Equal(skip["queue.ticket"].Text(), back["queue.ticket"].Text());
        Assert.Equal((1, 2), (back["queue.position"].Number(), back["queue.length"].Number()));
    }

    [Fact]
    public async Task The_absent_one_holds_up_nobody()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        (await WaitAsync(other, "repo:owner/repo", seconds: 1)).Expect(200, "skip_run");
        (await holder.FinishAsync(held)).Expect(200, "finished");
        await holder.HoldAsync("repo:owner/repo");
    }

    [Fact]
    public async Task Who_waits_is_not_overtaken_and_priority_is_a_head_start()
    {
        var workspace = await NewWorkspaceAsync();
        var agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => workspace.NewAgentAsync()));
        var docs = await agents[0].HoldAsync("project:owner/repo#docs");
        var low = StartAsync(agents[1], "repo:owner/repo", priority: 10, wait: 30);
        await QueuedAsync(workspace, 1);
        var high = StartAsync(agents[2], "repo:owner/repo", priority: 20, wait: 30);
        await QueuedAsync(workspace, 2);

        var check = (await agents[3].PostAsync(
            "/v1/work/check", new { resource = "project:owner/repo#code", priority = 10 })).Expect(200, "skip_run");
        Assert.Equal(docs.Id, check["blocking_claim.id"].Text());
        (await StartAsync(agents[3], "project:owner/repo#code", priority: 10)).Expect(200, "skip_run");
        (await agents[0].FinishAsync(docs)).Expect(200, "finished");

        var first = (await high).Expect(200, "proceed");
        Assert.False(low.IsCompleted);
        (await agents[2].PostAsync("/v1/work/run/finish", new { claim_id = first["claim.id"].Text() })).Expect(200);
        (await low).Expect(200, "proceed");
    }

    [Fact]
    public async Task Who_hangs_up_leaves_the_queue_and_no_claim()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        using (var gone = new HttpClient { BaseAddress = Target.Address })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/work/run/start");
            request.Headers.Add("Authorization", $"Bearer {waiter.ApiKey}");
            request.Content = JsonContent.Create(new { resource = "repo:owner/repo", wait_seconds = 55 });
            using var hangUp = new CancellationTokenSource();
            var waiting = gone.SendAsync(request, hangUp.Token);
            await QueuedAsync(workspace, 1);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        (await holder.FinishAsync(held)).Expect(200, "finished");
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await StartAsync(holder, "repo:owner/repo")).Expect(200)["action"].Text() == "proceed",
            "the resource is free");
        Assert.DoesNotContain(
            (await waiter.GetAsync("/v1/work/claims?status=active")).Expect(200)["claims"].EnumerateArray(), _ => true);
    }

    [Fact]
    public async Task A_key_that_is_revoked_while_it_waits_gets_nothing()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        var waiting = WaitAsync(waiter, "repo:owner/repo");
        await QueuedAsync(workspace, 1);
        (await workspace.Owner.DeleteAsync($"{waiter.Path}/keys/{waiter.KeyId}")).Expect(204);
        await Eventually.PassedAsync(TimeProvider.System.GetUtcNow().AddSeconds(1));

        (await holder.FinishAsync(held)).Expect(200, "finished");

        (await waiting).ExpectError(401, "unauthorized");
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await StartAsync(holder, "repo:owner/repo")).Expect(200)["action"].Text() == "proceed",
            "the resource is free");
    }

    [Fact]
    public async Task Two_calls_with_one_key_wait_in_one_place_and_have_one_claim()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        var client = waiter.Client.WithIdempotencyKey(Unique.Name());
        var body = new { resource = "repo:owner/repo", wait_seconds = 30 };
        var calls = Enumerable.Range(0, 2).Select(n => client.At(EdgeOf(n)).PostAsync("/v1/work/run/start", body)).ToList();
        await QueuedAsync(workspace, 1);
        (await holder.FinishAsync(held)).Expect(200, "finished");

        var answers = await Task.WhenAll(calls);

        Assert.All(answers, answer => answer.Expect(200, "proceed"));
        Assert.Single(answers.Select(answer => answer["claim.id"].Text()).Distinct());
    }

    [Fact]
    public async Task A_start_that_does_not_wait_is_told_no_place_and_an_observer_never_waits()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        await holder.HoldAsync("repo:owner/repo");
        Assert.DoesNotContain(
            "queue", (await StartAsync(holder, "repo:owner/repo")).Expect(200, "skip_run").Json.Members());
        Assert.True((await WaitAsync(observer, "repo:owner/repo"))
            .Expect(200, "proceed")["shadow_decision.would_have_blocked"].GetBoolean());
        var unknown = (await StartAsync(holder, "repo:owner/repo", ticket: "no-such-ticket")).Expect(200, "skip_run");
        Assert.DoesNotContain("queue", unknown.Json.Members());
        (await StartAsync(holder, "repo:owner/repo", ticket: new string('t', 257))).ExpectWrong("ticket");
    }

    [Fact]
    public async Task The_legacy_claim_waits_too()
    {
        var workspace = await NewWorkspaceAsync();
        var (holder, waiter) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var held = await holder.HoldAsync("repo:owner/repo");
        var waiting = waiter.PostAsync("/v1/work/claim", new { resource = "repo:owner/repo", wait_seconds = 30 });
        await QueuedAsync(workspace, 1);
        (await holder.FinishAsync(held)).Expect(200, "finished");
        Assert.Equal(waiter.Id, (await waiting).Expect(201)["claim.agent_id"].Text());
    }

    /// <summary>
    /// A passer-by learns the length of the queue: it takes a place at the end, keeps it a second, and is gone.
    /// </summary>
    private static async Task QueuedAsync(Workspace workspace, int length)
    {
        var passer = await workspace.NewAgentAsync(default_priority: 0);
        var skip = (await WaitAsync(passer, "repo:owner/repo", seconds: 1)).Expect(200, "skip_run");
        Assert.True(skip["queue.position"].Number() > length, $"{skip}");
    }

    private static Task<Answer> WaitAsync(Agent agent, string resource, int seconds = 30, string? ticket = null) =>
        agent.PostAsync("/v1/work/run/start", new { resource, wait_seconds = seconds, ticket });

    private static Task<Answer> StartAsync(
        Agent agent, string resource, int? priority = null, int? wait = null, string? ticket = null) =>
        agent.PostAsync("/v1/work/run/start", new { resource, priority, wait_seconds = wait, ticket });
}
