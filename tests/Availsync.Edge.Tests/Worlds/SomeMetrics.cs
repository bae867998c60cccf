using System.Diagnostics.Metrics;
using Availsync.Edge.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>Instruments that nobody reads.</summary>
internal static class SomeMetrics
{
    public static EdgeMetrics Edge { get; } = new(new ServiceCollection().AddMetrics()
        .BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
