using System.Diagnostics;
using System.Diagnostics.Metrics;
using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>How far accounting is behind what happened, and its part of the traces of calls.</summary>
internal sealed class ProjectionTelemetry
{
    private static readonly ActivitySource Source = new("Availsync.Accounting");

    private readonly Counter<long> _taken;
    private readonly Histogram<double> _lag;

    public ProjectionTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Accounting");
        _taken = meter.CreateCounter<long>(
            "availsync.projection.taken", "{record}", "Records of calls and claim events that were taken over.");
        _lag = meter.CreateHistogram(
            "availsync.projection.lag", "s", "From what happened to the commit that takes it over.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
            });
    }

    /// <summary>Claim events are committed; each that belongs to a trace is its last span.</summary>
    public void Took(IReadOnlyCollection<ClaimEvent> events, DateTimeOffset began, DateTimeOffset now)
    {
        Took("claims", [.. events.Select(e => e.At)], now);
        foreach (var traced in events.Where(e => e.TraceParent is not null))
        {
            if (!ActivityContext.TryParse(traced.TraceParent, traceState: null, isRemote: true, out var parent)) continue;
            using var span = Source.StartActivity(
                "project " + traced.Fact.GetType().Name, ActivityKind.Consumer, parent, startTime: began);
            span?.SetTag("availsync.request_id", traced.RequestId);
        }
    }

    public void Took(IReadOnlyCollection<TrafficRecord> records, DateTimeOffset now) =>
        Took("traffic", [.. records.Select(record => record.At)], now);

    private void Took(string kind, IReadOnlyCollection<DateTimeOffset> happened, DateTimeOffset now)
    {
        if (happened.Count == 0) return;
        var label = new KeyValuePair<string, object?>("kind", kind);
        _taken.Add(happened.Count, label);
        _lag.Record(Math.Max(0, (now - happened.Min()).TotalSeconds), label);
    }
}
