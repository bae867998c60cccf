using System.Diagnostics.Metrics;
using Availsync.Arbiter.Deciding;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// What is measured of the partitions that are served here, each by its number in the tag <c>partition</c>. What is
/// served elsewhere is measured there.
/// </summary>
internal sealed class PartitionMetrics
{
    public const string MeterName = "Availsync.Arbiter";

    private readonly Meter _meter;
    private readonly Histogram<int> _size;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _takeovers;

    public PartitionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _size = _meter.CreateHistogram<int>("availsync.partition.batch.size", "{command}", "Commands in one batch.");
        _duration = _meter.CreateHistogram<double>(
            "availsync.partition.batch.duration", "s", "From the fence to the commit of the batch.");
        _takeovers = _meter.CreateCounter<long>(
            "availsync.partition.takeovers", "{takeover}", "How often the partition was taken here.");
    }

    /// <summary>Begins to show the state of what <paramref name="partitions"/> owns.</summary>
    public void Observe(PartitionMap partitions, CommandQueue queue)
    {
        Gauge("owned", "{partition}", "1 where the partition is served here.", _ => 1);
        Gauge("epoch", "{takeover}", "How often the partition was taken, anywhere.", p => p.Epoch);
        Gauge("queue_depth", "{command}", "Commands taken in and not yet answered.", p => queue.Depth(p.Id));
        Gauge("roots", "{root}", "Roots in memory.", p => p.RootCount);
        Gauge("claims", "{claim}", "Active claims.", p => p.ClaimCount);
        Gauge("waiters", "{waiter}", "Calls in the queues of the partition's roots.", p => p.WaiterCount);

        void Gauge(string name, string unit, string description, Func<OwnedPartition, long> read) =>
            _meter.CreateObservableGauge(
                "availsync.partition." + name,
                () => partitions.Owned.Select(p => new Measurement<long>(read(p), Tag(p.Id))),
                unit,
                description);
    }

    /// <summary>Whether it is this instance's meter, and not that of another in the same process.</summary>
    public bool Owns(Meter meter) => meter == _meter;

    public void Taken(int partition) => _takeovers.Add(1, Tag(partition));

    public void Committed(int partition, LastBatch batch)
    {
        _size.Record(batch.Size, Tag(partition));
        _duration.Record(batch.Duration.TotalSeconds, Tag(partition));
    }

    private static KeyValuePair<string, object?> Tag(int partition) => new("partition", partition);
}
