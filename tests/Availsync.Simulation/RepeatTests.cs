using Availsync.Simulation.Planting;
using Availsync.Simulation.Runs;

namespace Availsync.Simulation;

/// <summary>A seed is all there is to a run.</summary>
public sealed class RepeatTests
{
    [Fact]
    public void The_same_seed_makes_the_same_world_to_the_last_line()
    {
        var first = new Run(11, 1500, PlantedBug.None).Go();
        var second = new Run(11, 1500, PlantedBug.None).Go();
        var other = new Run(12, 1500, PlantedBug.None).Go();

        Assert.Equal(first.Last, second.Last);
        Assert.Equal(first.Hash, second.Hash);
        Assert.NotEqual(first.Hash, other.Hash);
    }

    [Fact]
    public void A_failure_tells_how_to_have_it_again_and_is_the_same_then()
    {
        var report = Found(PlantedBug.NoFence);
        Assert.EndsWith($"repeat it: {report.Run}{Environment.NewLine}", report.Story(), StringComparison.Ordinal);

        using var output = new StringWriter();
        string[] repeat = [.. report.Run.ToString().Split(' ').Skip(1)];
        Assert.Equal(1, Simulate.Run(repeat, output));
        Assert.Equal(report.Story(), output.ToString());
    }

    private static Report Found(PlantedBug bug)
    {
        for (ulong seed = 1; ; seed++)
        {
            var report = new Run(seed, 5000, bug).Go();
            if (report.Failure is not null) return report;
        }
    }
}
