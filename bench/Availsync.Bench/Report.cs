using System.Globalization;

namespace Availsync.Bench;

/// <summary>The result for a reader, or as one row of bench/run's table.</summary>
internal static class Report
{
    public static string Text(BenchOptions options, LoadResult result) => string.Join(Environment.NewLine,
    [
        $"mode {options.Mode.ToString().ToLowerInvariant()}, {options.Connections} connections, " +
            $"{result.Elapsed.TotalSeconds:F1} s",
        $"  {Rate(options, result)}",
        $"  start   p50 {result.Start.P50:F2} ms, p99 {result.Start.P99:F2} ms",
        $"  finish  p50 {result.Finish.P50:F2} ms, p99 {result.Finish.P99:F2} ms",
        $"  other   p50 {result.Other.P50:F2} ms, p99 {result.Other.P99:F2} ms",
        $"  answers {Counts(result.Answers)}",
        $"  errors  {Counts(result.Errors)}",
    ]);

    /// <summary>label | connections | rate | start p50 / p99 | finish p50 / p99 | answers | errors.</summary>
    public static string Row(BenchOptions options, LoadResult result)
    {
        var cycles = options.Mode is Mode.Distinct or Mode.Hot;
        return $"| {options.Row} | {options.Connections} | {Rate(options, result)} " +
            $"| {Pair(cycles ? result.Start : result.Other)} | {(cycles ? Pair(result.Finish) : "")} " +
            $"| {Counts(result.Answers)} | {Counts(result.Errors)} |";
    }

    private static string Rate(BenchOptions options, LoadResult result)
    {
        var (count, unit) = options.Mode is Mode.Distinct or Mode.Hot
            ? (result.Finished, "cycles/s")
            : (result.Other.Count, "requests/s");
        return string.Create(CultureInfo.InvariantCulture, $"{count / result.Elapsed.TotalSeconds:N0} {unit}");
    }

    private static string Pair(Percentiles times) =>
        string.Create(CultureInfo.InvariantCulture, $"{times.P50:F2} / {times.P99:F2}");

    private static string Counts(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"));
}
