using Availsync.Arbiter.Store;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// How much a partition holds. It is counted once, where nobody else can write to the partition, and then carried on
/// from batch to batch.
/// </summary>
internal static class PartitionCounts
{
    public static async Task CountAsync(
        ArbiterDbContext context, OwnedPartition partition, CancellationToken cancellationToken = default)
    {
        var all = partition.Of;
        var claims = await context.Claims
            .LongCountAsync(c => c.Status == StoredNames.Active && c.Slot % all == partition.Id, cancellationToken);
        var waiters = await context.Waiters.LongCountAsync(w => w.Slot % all == partition.Id, cancellationToken);
        partition.Counted(claims, waiters);
    }
}
