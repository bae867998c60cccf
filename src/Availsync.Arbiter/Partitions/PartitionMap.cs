using System.Collections.Concurrent;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Which partitions this instance owns, as far as it knows. The fence in each transaction knows better.
/// </summary>
internal sealed class PartitionMap(TimeProvider time)
{
    private readonly ConcurrentDictionary<int, OwnedPartition> _owned = [];

    /// <summary>
    /// This run of this process: a restarted one is somebody else, so no old epoch can be taken for its own.
    /// </summary>
    public Guid Instance { get; } = Guid.CreateVersion7(time.GetUtcNow());

    public IReadOnlyCollection<OwnedPartition> Owned => [.. _owned.Values];

    public OwnedPartition? Find(int id) => _owned.GetValueOrDefault(id);

    public void Add(OwnedPartition partition) => _owned[partition.Id] = partition;

    /// <summary>
    /// Forgets a partition that turned out to be somebody else's. Its endpoint is closed by the ownership loop.
    /// </summary>
    public void Lose(OwnedPartition partition) =>
        _owned.TryRemove(new KeyValuePair<int, OwnedPartition>(partition.Id, partition));
}
