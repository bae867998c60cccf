using System.Diagnostics;

namespace Availsync.Contract.Tests;

/// <summary>The token bucket of a key, on a server that is set to nothing.</summary>
[Collection(Alone.Name)]
public sealed class RateLimitDefaultTests
{
    private const int PerSecond = 100;
    private const int Burst = 200;

    [Fact]
    public async Task A_key_has_a_hundred_calls_a_second_and_twice_that_at_once()
    {
        await using var target =
            new StandaloneTarget(new Dictionary<string, string> { ["RateLimits__PerKeyPerSecond"] = "" });
        await target.EnsureStartedAsync();
        var agent = await (await Workspace.SignUpAsync(target)).NewAgentAsync();
        var first = (await agent.GetAsync("/v1/work/claims")).Expect(200);
        Assert.Equal("\"key\";q=200;w=2", first.Header("RateLimit-Policy"));
        Assert.Matches("^\"key\";r=199;", first.Header("RateLimit"));

        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(3),
            async () => (await agent.GetAsync("/v1/work/claims")).Header("RateLimit")!.Contains(
                "r=199;", StringComparison.Ordinal),
            "the bucket is full again");
        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => agent.GetAsync("/v1/work/claims")));
        // The bucket is filled up by the second, so one filling may fall into the shortest of times.
        var fillings = 1 + (int)Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.InRange(answers.Count(a => a.Status == 200), Burst - 1, Burst + (fillings * PerSecond));
        Assert.All(answers.Where(a => a.Status != 200), a => a.ExpectError(429, "rate_limited"));
    }
}
