using System.Globalization;
using System.Text;

namespace Availsync.System.Tests.Faults;

/// <summary>What the clients had to bear after something had happened, until the next thing did.</summary>
/// <param name="Attempts">The requests that were answered, or given up, in this time.</param>
/// <param name="IsServed">Whether the service has what it needs to be back.</param>
internal sealed record Recovery(string Event, IReadOnlyList<Attempt> Attempts, DateTimeOffset At, bool IsServed)
{
    /// <summary>The attempts of each partition in which any has failed.</summary>
    private readonly List<List<Attempt>> _affected =
    [
        .. Attempts.GroupBy(a => a.Partition).Where(p => p.Any(a => !a.Succeeded))
            .Select(p => p.OrderBy(a => a.Sent).ToList()),
    ];

    /// <summary>
    /// For each affected partition: from the event to the first success of what was sent after the first failure.
    /// </summary>
    public IReadOnlyList<TimeSpan> FirstSuccess => [.. _affected.Select(attempts =>
    {
        var broken = attempts.First(a => !a.Succeeded).Sent;
        return Since(attempts.Where(a => a.Succeeded && a.Sent >= broken).Select(a => (DateTimeOffset?)a.Done).Min());
    })];

    /// <summary>For each affected partition: from the event to when the last request that failed was sent.</summary>
    public IReadOnlyList<TimeSpan> LastFailure =>
        [.. _affected.Select(attempts => Since(attempts.Last(a => !a.Succeeded).Sent))];

    public IReadOnlyDictionary<string, int> Failures { get; } =
        Attempts.Where(a => !a.Succeeded).CountBy(a => a.Code).OrderBy(c => c.Key).ToDictionary();

    public TimeSpan Slowest { get; } = Attempts.Select(a => a.Took).DefaultIfEmpty().Max();

    private TimeSpan Span { get; } = Attempts.Count == 0 ? TimeSpan.Zero : Attempts.Max(a => a.Done) - At;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"  {Event}: ");
        text.Append(CultureInfo.InvariantCulture, $"{Attempts.Count} requests in {Span.TotalSeconds:F1} s, ");
        if (_affected.Count == 0) return text.Append("none failed").ToString();
        text.Append(CultureInfo.InvariantCulture, $"{_affected.Count} of 16 partitions affected; ");
        if (IsServed)
        {
            text.Append(CultureInfo.InvariantCulture, $"first success after {Median(FirstSuccess):F1} s (median) and ");
            text.Append(CultureInfo.InvariantCulture, $"{Longest(FirstSuccess):F1} s (worst), ");
            text.Append(CultureInfo.InvariantCulture, $"last failure sent after {Longest(LastFailure):F1} s; ");
        }

        text.Append("failed: ");
        text.AppendJoin(", ", Failures.Select(f => $"{f.Value} × {f.Key}"));
        text.Append(CultureInfo.InvariantCulture, $"; slowest answer {Slowest.TotalSeconds:F1} s");
        return text.ToString();
    }

    private static double Median(IReadOnlyList<TimeSpan> times) =>
        times.Order().ElementAt(times.Count / 2).TotalSeconds;

    private static double Longest(IReadOnlyList<TimeSpan> times) => times.Max().TotalSeconds;

    private TimeSpan Since(DateTimeOffset? moment) => moment is { } at ? at - At : TimeSpan.MaxValue;
}
