[assembly: AssemblyFixture(typeof(Availsync.Contract.Tests.TestTargets))]

namespace Availsync.Contract.Tests;

/// <summary>What the contract is held against. Nothing is started before a test asks for it.</summary>
public sealed class TestTargets : IAsyncDisposable
{
    /// <summary>
    /// What both targets are set to: most tests are not about plans, so whoever signs up may do everything, and those
    /// that are choose a plan. One of them is so small that a test can use it up.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Accounts__DefaultPlan"] = "unlimited",
        [$"Plans__{TinyPlan}__MonthlyApiCalls"] = "200",
        ["RateLimits__PerKeyPerSecond"] = "0",
    };

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
    }
}
