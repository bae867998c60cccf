using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Which partitions this instance owns, as far as it knows. The fence in each transaction knows better.
/// </summary>
internal sealed class PartitionMap(TimeProvider time, PartitionMetrics? metrics = null)
{
    private readonly ConcurrentDictionary<int, OwnedPartition> _owned = [];
    private readonly Channel<bool> _losses = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>
    /// This run of this process: a restarted one is somebody else, so no old epoch can be taken for its own.
    /// </summary>
    public Guid Instance { get; init; } = Guid.CreateVersion7(time.GetUtcNow());

    public IReadOnlyCollection<OwnedPartition> Owned => [.. _owned.Values];

    /// <summary>What is measured of the partitions; null where nobody measures.</summary>
    public PartitionMetrics? Metrics { get; } = metrics;

    /// <summary>Says that partitions were lost without the ownership loop.</summary>
    public ChannelReader<bool> Losses => _losses.Reader;

    public OwnedPartition? Find(int id) => _owned.GetValueOrDefault(id);

    public void Add(OwnedPartition partition) => _owned[partition.Id] = partition;

    /// <summary>
    /// Forgets a partition that turned out to be somebody else's. Its endpoint is closed by the ownership loop, at once.
    /// </summary>
    public void Lose(OwnedPartition partition)
    {
        if (Remove(partition)) _losses.Writer.TryWrite(true);
    }

    /// <summary>Forgets a partition that is being given up, or was taken and cannot be served.</summary>
    public bool Remove(OwnedPartition partition) =>
        _owned.TryRemove(new KeyValuePair<int, OwnedPartition>(partition.Id, partition));
}
