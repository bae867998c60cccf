using System.Diagnostics.Metrics;
using Availsync.Contracts;

namespace Availsync.Arbiter.Telemetry;

/// <summary>What an arbiter measures of deciding and relaying. No measurement has a label that grows with use.</summary>
internal sealed class ArbiterMetrics
{
    private readonly Counter<long> _decisions;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _batchFaults;
    private readonly Counter<long> _relayed;
    private readonly Histogram<double> _relayLag;
    private readonly Counter<long> _relayFaults;

    public ArbiterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Availsync.Arbiter");
        _decisions = meter.CreateCounter<long>(
            "availsync.decisions", "{decision}", "Commands answered, by kind and by what came of them.");
        _batchSize = meter.CreateHistogram(
            "availsync.batch.commands", "{command}", "Commands in one transaction.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _batchDuration = meter.CreateHistogram(
            "availsync.batch.duration", "s", "From taking a batch to its answers, the commit included.",
            advice: Seconds);
        _batchFaults = meter.CreateCounter<long>(
            "availsync.batch.faults", "{batch}", "Transactions that failed.");
        _relayed = meter.CreateCounter<long>("availsync.relay.events", "{event}", "Events published and logged.");
        _relayLag = meter.CreateHistogram(
            "availsync.relay.lag", "s", "From an event's decision to the broker's confirmation.", advice: Seconds);
        _relayFaults = meter.CreateCounter<long>(
            "availsync.relay.faults", "{attempt}", "Attempts to publish events that failed; they are repeated.");
    }

    private static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    public void Decided(Command command, Reply reply) => _decisions.Add(
        1,
        new KeyValuePair<string, object?>("command", command.GetType().Name),
        new KeyValuePair<string, object?>("outcome", reply switch
        {
            Reply.Answered { Replayed: true } => "Replayed",
            Reply.Answered answered => answered.Outcome.GetType().Name,
            _ => reply.GetType().Name,
        }));

    public void Batch(int commands, TimeSpan duration)
    {
        _batchSize.Record(commands);
        _batchDuration.Record(duration.TotalSeconds);
    }

    public void BatchFaulted() => _batchFaults.Add(1);

    public void Relayed(IReadOnlyCollection<ClaimEvent> events, DateTimeOffset now)
    {
        _relayed.Add(events.Count);
        foreach (var at in events.Select(e => e.At).Distinct())
            _relayLag.Record(Math.Max(0, (now - at).TotalSeconds));
    }

    public void RelayFaulted() => _relayFaults.Add(1);
}
