namespace Availsync.Contract.Tests;

/// <summary>What was answered outlives the process.</summary>
[Collection(Alone.Name)]
public sealed class RestartTests : IAsyncLifetime
{
    private readonly StandaloneTarget _target = new();

    public async ValueTask InitializeAsync() => await _target.EnsureStartedAsync();

    public async ValueTask DisposeAsync() => await _target.DisposeAsync();

    [Fact]
    public async Task Claims_keys_sessions_and_kept_answers_are_there_after_a_kill()
    {
        var workspace = await Workspace.SignUpAsync(_target);
        var agent = await workspace.NewAgentAsync();
        var repeated = agent.Client.WithIdempotencyKey("before-the-kill");
        var first = (await repeated.PostAsync("/v1/work/run/start", new { resource = "repo:owner/one" }))
            .Expect(200, "proceed");
        var (shortly, claim) = (await agent.HoldAsync("repo:owner/two", 5), Held.In(first["claim"]));
        (await agent.DeclareAsync(claim, "edit", "src/")).Expect(200);
        var before = await agent.ReadAsync(claim);
        await _target.KillAndRestartAsync();

        Assert.Equal(before.GetRawText(), (await agent.ReadAsync(claim)).GetRawText());
        var second = (await repeated.PostAsync("/v1/work/run/start", new { resource = "repo:owner/one" })).Expect(200);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        Assert.Equal(
            claim.Id, (await agent.StartAsync("repo:owner/one")).Expect(200, "skip_run")["blocking_claim.id"].Text());
        (await workspace.Owner.GetAsync("/v1/me")).Expect(200);
        await Eventually.PassedAsync(shortly.ExpiresAt);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await agent.ReadAsync(shortly)).At("status").Text() == "expired",
            "the lease that ran out meanwhile is expired");
        (await agent.FinishAsync(claim)).Expect(200, "finished");
        Assert.True((await agent.HoldAsync("repo:owner/one")).Token > claim.Token);
        Assert.Null(_target.Printed("agent key:"));
    }
}
