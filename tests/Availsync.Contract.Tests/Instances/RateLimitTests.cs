using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>The token bucket of a key, on a server that is set to little.</summary>
[Collection(Alone.Name)]
public sealed class RateLimitTests : IAsyncLifetime
{
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
}
