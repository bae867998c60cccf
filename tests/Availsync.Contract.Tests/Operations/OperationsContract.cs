using System.Security.Cryptography;

namespace Availsync.Contract.Tests;

/// <summary>What operators see.</summary>
public abstract class OperationsContract(Target target) : ContractTest(target)
{
    /// <summary>The names under which edge, arbiter and accounting export their spans.</summary>
    protected abstract (string Edge, string Arbiter, string Accounting) Services { get; }

    [Fact]
    public async Task Readiness_names_its_checks_to_operators_and_to_nobody_else()
    {
        var told = (await Anonymous.GetAsync("/health/ready")).Expect(200);
        Assert.Equal("ok", told["status"].Text());
        Assert.Equal("ok", told["checks.masstransit-bus"].Text());
        Assert.Equal("ok", told["checks.draining"].Text());
        var hidden = (await Anonymous.With("X-Forwarded-For", "192.0.2.1").GetAsync("/health/ready")).Expect(200);
        Assert.Equal(["status"], hidden.Json.Members());
    }

    [Fact]
    public async Task Metrics_are_there_for_operators_and_for_nobody_else()
    {
        (await (await NewAgentAsync()).StartAsync(NewRepo())).Expect(200, "proceed");
        var page = (await Anonymous.GetAsync("/metrics")).Expect(200);
        Assert.Contains("availsync_lane_commands_count", page.Body, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", page.Body, StringComparison.Ordinal);
        (await Anonymous.With("X-Forwarded-For", "127.0.0.1").GetAsync("/metrics")).ExpectError(404, "not_found");
    }

    [Fact]
    public async Task One_trace_joins_the_call_its_decision_and_what_is_made_of_it()
    {
        var agent = await NewAgentAsync();
        var trace = RandomNumberGenerator.GetBytes(16);
        var parent = $"00-{Convert.ToHexStringLower(trace)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-01";
        (await agent.Client.With("traceparent", parent).PostAsync("/v1/work/run/start", new { resource = NewRepo() }))
            .Expect(200, "proceed");

        var (edge, arbiter, accounting) = Services;
        var collector = TestTargets.Traces;
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(20),
            () => Task.FromResult(
                collector.Has(trace, edge, "/v1/work/run/start")
                && collector.Has(trace, arbiter, "decide StartRun")
                && collector.Has(trace, accounting, "project ClaimGranted")),
            "edge, arbiter and accounting have exported their spans of the trace");
    }
}
