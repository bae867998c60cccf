using System.Diagnostics;
using System.Globalization;
using System.Text;
using Availsync.Simulation.Planting;
using Availsync.Simulation.Worlds;

namespace Availsync.Simulation.Runs;

/// <summary>What a run was: enough to have it again.</summary>
public sealed record Run(ulong Seed, int Steps, PlantedBug Bug)
{
    private const int LinesShown = 60;

    /// <summary>Lives through a world, and tells how it went.</summary>
    internal Report Go()
    {
        var began = Stopwatch.GetTimestamp();
        using var world = new World(Seed, Bug);
        world.Run(Steps);
        return new Report(
            this, world.Failure, world.Steps, world.Trace.Hash, world.Model.Events, world.Model.Grants,
            world.Model.Kinds, Stopwatch.GetElapsedTime(began), [.. world.Trace.Last.TakeLast(LinesShown)]);
    }

    /// <summary>The command that repeats it.</summary>
    public override string ToString()
    {
        var bug = Bug == PlantedBug.None ? "" : $" --bug {Bug}";
        return string.Create(CultureInfo.InvariantCulture, $"scripts/simulate --seed {Seed} --steps {Steps}{bug}");
    }
}

/// <summary>How a run went.</summary>
/// <param name="Failure">Null where all was well.</param>
/// <param name="Steps">Those of the ending included.</param>
/// <param name="Kinds">Of the facts and outcomes that came up.</param>
/// <param name="Last">The last lines of its trace.</param>
internal sealed record Report(
    Run Run,
    string? Failure,
    int Steps,
    ulong Hash,
    int Events,
    int Grants,
    IReadOnlySet<string> Kinds,
    TimeSpan Took,
    IReadOnlyList<string> Last)
{
    /// <summary>What to read when it has failed.</summary>
    public string Story()
    {
        var story = new StringBuilder();
        foreach (var line in Last) story.AppendLine(line);
        return story.AppendLine(CultureInfo.InvariantCulture, $"seed {Run.Seed}, step {Steps}: {Failure}")
            .AppendLine(CultureInfo.InvariantCulture, $"repeat it: {Run}").ToString();
    }
}
