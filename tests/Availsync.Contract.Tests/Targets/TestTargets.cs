[assembly: AssemblyFixture(typeof(Availsync.Contract.Tests.TestTargets))]

namespace Availsync.Contract.Tests;

/// <summary>What the contract is held against. Nothing is started before a test asks for it.</summary>
public sealed class TestTargets : IAsyncDisposable
{
    private static readonly Lazy<TraceCollector> Collector = new();

    /// <summary>
    /// What both targets are set to: most tests are not about plans, so whoever signs up may do everything, and those
    /// that are choose a plan. One of them is so small that a test can use it up.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Accounts__DefaultPlan"] = "unlimited",
        [$"Plans__{TinyPlan}__MonthlyApiCalls"] = "200",
        ["RateLimits__PerKeyPerSecond"] = "0",
        ["Telemetry__OtlpEndpoint"] = Traces.Address.AbsoluteUri,
        ["Telemetry__SampleRatio"] = "0", // Only what a test asks to be traced.
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };

    /// <summary>Where both targets send their traces.</summary>
    public static TraceCollector Traces => Collector.Value;

    /// <summary>A plan that bounds API calls alone.</summary>
    public const string TinyPlan = "tiny";

    /// <summary>What that plan allows in a month.</summary>
    public const int TinyPlanCalls = 200;

    public StandaloneTarget Standalone { get; } = new(Settings);

    public StackTarget Stack { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await Standalone.DisposeAsync();
        await Stack.DisposeAsync();
        if (Collector.IsValueCreated) await Traces.DisposeAsync();
    }
}
