namespace Availsync.Bench;

/// <summary>All connections together.</summary>
internal sealed record LoadResult(
    TimeSpan Elapsed, int Finished, Percentiles Start, Percentiles Finish, Percentiles Other,
    IReadOnlyDictionary<string, int> Answers, IReadOnlyDictionary<string, int> Errors)
{
    public static LoadResult Of(IEnumerable<Tally> tallies, TimeSpan elapsed)
    {
        var all = tallies.ToList();
        return new LoadResult(
            elapsed,
            all.Sum(tally => tally.Finished),
            Percentiles.Of(all.SelectMany(tally => tally.Start)),
            Percentiles.Of(all.SelectMany(tally => tally.Finish)),
            Percentiles.Of(all.SelectMany(tally => tally.Other)),
            Sum(all.Select(tally => tally.Answers)),
            Sum(all.Select(tally => tally.Errors)));
    }

    private static SortedDictionary<string, int> Sum(IEnumerable<Dictionary<string, int>> counts)
    {
        var sum = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, count) in counts.SelectMany(part => part))
            sum[name] = sum.GetValueOrDefault(name) + count;
        return sum;
    }
}

/// <summary>Count, median and 99th percentile of a set of times, in milliseconds.</summary>
internal readonly record struct Percentiles(int Count, double P50, double P99)
{
    public static Percentiles Of(IEnumerable<long> ticks)
    {
        var sorted = ticks.Order().ToArray();
        return sorted.Length == 0 ? default : new(sorted.Length, At(sorted, 0.50), At(sorted, 0.99));
    }

    private static double At(long[] sorted, double share) =>
        sorted[(int)Math.Ceiling(share * sorted.Length) - 1] * 1000.0 / TimeProvider.System.TimestampFrequency;
}
