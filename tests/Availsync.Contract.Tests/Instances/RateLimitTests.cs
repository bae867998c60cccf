using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>The token bucket of a key, on a server that is set to little.</summary>
[Collection(Alone.Name)]
public sealed class RateLimitTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";

    private readonly StandaloneTarget _target = new(
        new Dictionary<string, string> { ["RateLimits__PerKeyPerSecond"] = "5" });

    public async ValueTask InitializeAsync() => await _target.EnsureStartedAsync();

    public async ValueTask DisposeAsync() => await _target.DisposeAsync();

    [Fact]
    public async Task A_key_may_burst_to_twice_its_rate_and_is_then_told_to_wait()
    {
        var workspace = await Workspace.SignUpAsync(_target);
        var (agent, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => agent.GetAsync("/v1/work/claims")));
        var (taken, refused) =
            (answers.Where(a => a.Status == 200).ToArray(), answers.Where(a => a.Status != 200).ToArray());
        Assert.InRange(taken.Length, 10, 25);
        foreach (var answer in refused)
        {
            answer.ExpectError(429, "rate_limited");
            Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 2);
            Assert.Contains("r=0", answer.Header("RateLimit"), StringComparison.Ordinal);
            Assert.Contains("q=10", answer.Header("RateLimit-Policy"), StringComparison.Ordinal);
        }

        (await other.GetAsync("/v1/work/claims")).Expect(200);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(2),
            async () => (await agent.GetAsync("/v1/work/claims")).Status == 200,
            "the bucket fills again");
    }

    [Fact]
    public async Task A_request_that_came_too_soon_may_come_again_under_its_idempotency_key()
    {
        var agent = await (await Workspace.SignUpAsync(_target)).NewAgentAsync();
        var body = new { resource = "repo:owner/repo" };
        Task<Answer> StartAsync(string key) => agent.Client.WithIdempotencyKey(key).PostAsync(Start, body);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            async i => (Key: $"k{i}", Answer: await StartAsync($"k{i}"))));
        var (key, refused) = answers.First(a => a.Answer.Status == 429);
        refused.ExpectError(429, "rate_limited");
        Answer again = refused;
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(3), async () => (again = await StartAsync(key)).Status == 200, "it is let in");
        Assert.Null(again.Expect(200, "skip_run").Header("Idempotency-Replayed"));
    }
}
