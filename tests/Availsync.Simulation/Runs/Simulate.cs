using System.Diagnostics;
using System.Globalization;
using Availsync.Simulation.Planting;

namespace Availsync.Simulation.Runs;

/// <summary>The command line.</summary>
internal static class Simulate
{
    private const string Usage =
        """
        usage: scripts/simulate [--seed N] [--steps N] [--seeds N] [--bug NoFence|ReplyBeforeCommit|ExpiryByMessageOnly]
        --seed   where to begin; without it, somewhere fresh
        --seeds  how many, one after the other (1)
        --steps  of each (5000)
        --trace  prints the last steps of the run too where it has not failed
        """;

    public static int Run(string[] arguments, TextWriter output)
    {
        var (seed, steps, seeds, bug, trace) = ((ulong?)null, 5000, 1, PlantedBug.None, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var isRead = arguments[i] switch
            {
                "--seed" => Read(ulong.TryParse(value, CultureInfo.InvariantCulture, out var s), () => seed = s),
                "--steps" => Read(int.TryParse(value, CultureInfo.InvariantCulture, out var n), () => steps = n),
                "--seeds" => Read(int.TryParse(value, CultureInfo.InvariantCulture, out var n), () => seeds = n),
                "--bug" => Read(Enum.TryParse(value, ignoreCase: true, out PlantedBug b), () => bug = b),
                "--trace" => trace = true,
                _ => false,
            };
            if (!isRead)
            {
                output.WriteLine(Usage);
                return 2;
            }

            if (arguments[i] != "--trace") i++;
        }

        return Run(seed ?? Seeds.Fresh(), seeds, steps, bug, trace, output);
    }

    private static int Run(ulong first, int seeds, int steps, PlantedBug bug, bool trace, TextWriter output)
    {
        var began = Stopwatch.GetTimestamp();
        var (events, grants) = (0L, 0L);
        for (var n = 0; n < seeds; n++)
        {
            var report = new Run(first + (ulong)n, steps, bug).Go();
            (events, grants) = (events + report.Events, grants + report.Grants);
            if (report.Failure is not null)
            {
                output.Write(report.Story());
                return 1;
            }

            if (trace) output.WriteLine(string.Join(Environment.NewLine, report.Last));
            output.WriteLine(
                $"seed {report.Run.Seed}: well, {report.Events} events, {report.Grants} grants,"
                + $" trace {report.Hash:x16}, {report.Took.TotalSeconds:F1} s");
        }

        output.WriteLine(
            $"{seeds} seeds of {steps} steps from {first} on: all well, {events} events, {grants} grants,"
            + $" {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s");
        return 0;
    }

    private static bool Read(bool isRead, Action then)
    {
        if (isRead) then();
        return isRead;
    }
}

/// <summary>Where fresh seeds come from: the only chance that is not repeated, so it is always printed.</summary>
internal static class Seeds
{
    /// <summary>Not above what anybody likes to type.</summary>
    public static ulong Fresh() => (ulong)System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
}
