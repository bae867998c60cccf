namespace Availsync.Arbiter.Partitions;

/// <summary>A batch that was committed, as one of its partitions saw it.</summary>
/// <param name="At">The time of its decisions.</param>
/// <param name="Size">How many of its commands were the partition's.</param>
/// <param name="Duration">From the fence to the commit, which all of its partitions share.</param>
internal sealed record LastBatch(DateTimeOffset At, int Size, TimeSpan Duration);
