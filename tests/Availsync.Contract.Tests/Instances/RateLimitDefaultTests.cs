namespace Availsync.Contract.Tests;

/// <summary>The token bucket of a key, on a server that is set to nothing.</summary>
public sealed class RateLimitDefaultTests
{
    [Fact]
    public async Task A_key_has_a_hundred_calls_a_second_and_twice_that_at_once()
    {
        await using var target =
            new StandaloneTarget(new Dictionary<string, string> { ["RateLimits__PerKeyPerSecond"] = "" });
        await target.EnsureStartedAsync();
        var agent = await (await Workspace.SignUpAsync(target)).NewAgentAsync();
        var answer = (await agent.GetAsync("/v1/work/claims")).Expect(200);
        Assert.Equal("\"key\";q=200;w=2", answer.Header("RateLimit-Policy"));
        Assert.Matches("^\"key\";r=199;", answer.Header("RateLimit"));
    }
}
