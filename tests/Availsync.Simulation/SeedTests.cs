using System.Diagnostics;
using Availsync.Simulation.Planting;
using Availsync.Simulation.Runs;

namespace Availsync.Simulation;

/// <summary>Some worlds that are always the same, and some that nobody has seen yet.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Steps = 5000;

    /// <summary>For so long fresh ones are begun; a slow machine gets through fewer.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(12);

    public static TheoryData<ulong> Fixed => [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Fixed))]
    public void A_fixed_seed_finds_nothing(ulong seed) => Live(seed);

    [Fact]
    public void Fresh_seeds_find_nothing()
    {
        var began = Stopwatch.GetTimestamp();
        var first = Seeds.Fresh();
        var seed = first;
        do Live(seed++);
        while (Stopwatch.GetElapsedTime(began) < FreshFor);
        output.WriteLine($"Fresh seeds {first} to {seed - 1}, {Steps} steps each.");
    }

    private void Live(ulong seed)
    {
        var report = new Run(seed, Steps, PlantedBug.None).Go();
        output.WriteLine(
            $"seed {seed}: {report.Events} events, {report.Grants} grants, {report.Took.TotalSeconds:F1} s");
        Assert.True(report.Failure is null, report.Story());
        Assert.True(report.Grants > 10, $"Hardly anything has happened; then nothing is proven. {report.Run}");
    }
}
