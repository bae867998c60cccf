using System.Reflection;
using Availsync.Contract.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(InStages))]

namespace Availsync.Contract.Tests;

/// <summary>
/// Runs the classes in three stages: first the crowd, a few at a time and those that wait longest at its head; then,
/// side by side, those that are <see cref="QuietAttribute"/>; last, one by one, those that are <see cref="Alone"/>.
/// Xunit itself knows but the first and the last, and most of what is waited for would be waited for by turns.
/// </summary>
public sealed class InStages(string? configuration) : XunitTestFramework(configuration)
{
    private readonly string? _configuration = configuration;

    public InStages()
        : this(null)
    {
    }

    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return new Executor(new XunitTestAssembly(assembly, _configuration, assembly.GetName().Version));
    }

    private sealed class Executor(IXunitTestAssembly assembly) : XunitTestFrameworkExecutor(assembly)
    {
        public override async ValueTask RunTestCases(
            IReadOnlyCollection<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions,
            CancellationToken cancellationToken) => await new Runner().Run(
                TestAssembly, testCases, executionMessageSink, executionOptions, cancellationToken);
    }

    private sealed class Runner : XunitTestAssemblyRunner
    {
        protected override async ValueTask<RunSummary> RunTestCollections(
            XunitTestAssemblyRunnerContext ctxt, Exception? exception)
        {
            if (ctxt.DisableParallelization || exception is not null)
                return await base.RunTestCollections(ctxt, exception);

            // Bounds each stage, the parallel ones by maxParallelThreads.
            ctxt.SetupParallelism();
            var collections = OrderTestCollections(ctxt);
            var alone = collections.Where(c => c.Collection.DisableParallelization).ToList();
            var quiet = collections.Except(alone).Where(c => Has<QuietAttribute>(c.TestCases)).ToList();
            var crowd = collections.Except(alone).Except(quiet)
                .OrderByDescending(c => Has<WaitsLongAttribute>(c.TestCases)).ToList();
            var sum = new RunSummary();
            foreach (var stage in new[] { crowd, quiet }.Concat(alone.Chunk(1).Select(one => one.ToList())))
            {
                if (ctxt.CancellationTokenSource.IsCancellationRequested) break;
                var running = stage.Select(
                    c => Task.Run(() => RunTestCollection(ctxt, c.Collection, c.TestCases).AsTask())).ToList();
                foreach (var one in await Task.WhenAll(running)) sum.Aggregate(one);
            }

            return sum;
        }

        private static bool Has<T>(List<IXunitTestCase> testCases)
            where T : Attribute =>
            testCases[0].TestClass.Class.GetCustomAttribute<T>(inherit: true) is not null;
    }
}

/// <summary>
/// Tests that hardly compute and measure what they wait for: they run beside each other, but beside nobody else.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class QuietAttribute : Attribute;

/// <summary>Tests with leases that have to run out: begun late, they would be what everything waits for at the end.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WaitsLongAttribute : Attribute;
