using System.Diagnostics.Metrics;

namespace Availsync.Bus.Scheduling;

/// <summary>How punctual timers are.</summary>
internal sealed class SchedulerMetrics
{
    private readonly Histogram<double> _lag;
    private readonly Counter<long> _faults;

    public SchedulerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Bus");
        _lag = meter.CreateHistogram(
            "availsync.timers.lag", "s", "From when a timer was due to the commit of its delivery.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
            });
        _faults = meter.CreateCounter<long>(
            "availsync.timers.faults", "{batch}", "Deliveries of timers that failed; they are repeated.");
    }

    public void Delivered(IEnumerable<DateTimeOffset> due, DateTimeOffset now)
    {
        foreach (var at in due) _lag.Record(Math.Max(0, (now - at).TotalSeconds));
    }

    public void Faulted() => _faults.Add(1);
}
