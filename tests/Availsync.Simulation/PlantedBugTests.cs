using Availsync.Simulation.Planting;
using Availsync.Simulation.Runs;

namespace Availsync.Simulation;

/// <summary>A test that finds nothing proves nothing unless it would find something.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int SeedsMax = 20;

    [Theory]
    [InlineData(PlantedBug.NoFence)]
    [InlineData(PlantedBug.ReplyBeforeCommit)]
    [InlineData(PlantedBug.ExpiryByMessageOnly)]
    public void A_planted_bug_is_found_within_a_few_seeds(PlantedBug bug)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            var report = new Run(seed, 5000, bug).Go();
            if (report.Failure is null) continue;
            output.WriteLine($"{bug} is found by seed {seed} at step {report.Steps}: {report.Failure}");
            output.WriteLine($"repeat it: {report.Run}");
            return;
        }

        Assert.Fail($"{bug} is in the product, and {SeedsMax} seeds have not found it.");
    }
}
