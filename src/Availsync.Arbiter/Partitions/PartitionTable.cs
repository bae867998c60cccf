using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Store;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>The rows that say who owns which partition.</summary>
internal sealed class PartitionTable(
    IDbContextFactory<ArbiterDbContext> contexts,
    PartitionMap partitions,
    TimeProvider time,
    IOptions<ArbiterOptions> arbiter,
    IOptions<PartitionOptions> count)
{
    private TimeSpan Lease => TimeSpan.FromSeconds(arbiter.Value.OwnershipLeaseSeconds);

    /// <summary>Makes the rows on the first start; afterwards their number must be the configured one.</summary>
    /// <exception cref="InvalidOperationException">The store was made for another number of partitions.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await context.Partitions.AnyAsync(cancellationToken)) await MakeAsync(cancellationToken);
        var stored = await context.Partitions.CountAsync(cancellationToken);
        if (stored != count.Value.Count)
        {
            throw new InvalidOperationException(
                $"Partitions:Count is {count.Value.Count}, but the store was made for {stored}.");
        }
    }

    /// <summary>
    /// Prolongs what is ours and returns it: less than we thought, where somebody else has taken over. One row at a
    /// time, since a batch locks several of them in an order of its own.
    /// </summary>
    public async Task<IReadOnlyList<int>> RenewAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var ours = new List<int>();
        foreach (var id in partitions.Owned.Select(p => p.Id))
        {
            var until = time.GetUtcNow() + Lease;
            await using var transaction = await context.BeginWriteAsync(cancellationToken);
            var renewed = await context.Partitions.Where(p => p.Id == id && p.Owner == partitions.Instance)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LeaseUntil, until), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (renewed == 1) ours.Add(id);
        }

        return ours;
    }

    /// <summary>The partitions whose owner has gone: given up, or not heard of for longer than its lease.</summary>
    public async Task<IReadOnlyList<PartitionRow>> FreeAsync(bool takeAll, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        return await context.Partitions.AsNoTracking()
            .Where(p => p.Owner == null || p.LeaseUntil < now || (takeAll && p.Owner != partitions.Instance))
            .OrderBy(p => p.Id)
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Takes a partition over, unless somebody else was faster. Waits for a batch that the former owner is committing,
    /// so that what is read afterwards is all there is.
    /// </summary>
    public async Task<OwnedPartition?> TakeAsync(PartitionRow seen, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        var until = time.GetUtcNow() + Lease;
        var taken = await context.Partitions.Where(p => p.Id == seen.Id && p.Epoch == seen.Epoch).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.Owner, partitions.Instance)
                .SetProperty(x => x.Epoch, seen.Epoch + 1)
                .SetProperty(x => x.LeaseUntil, until),
            cancellationToken);
        if (taken == 0) return null;
        var row = await context.Partitions.AsNoTracking().SingleAsync(p => p.Id == seen.Id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OwnedPartition(row.Id, row.Epoch, row.ClockAt.WholeMilliseconds());
    }

    /// <summary>Gives partitions back, so that the next owner need not wait for the lease.</summary>
    public async Task GiveUpAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var id in ids)
        {
            await using var transaction = await context.BeginWriteAsync(cancellationToken);
            await context.Partitions.Where(p => p.Id == id && p.Owner == partitions.Instance)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.Owner, (Guid?)null), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>The claims of a partition whose lease ran out while nobody served it.</summary>
    public async Task<IReadOnlyList<ClaimRow>> LapsedAsync(int partition, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var all = count.Value.Count;
        return await context.Claims.AsNoTracking()
            .Where(c => c.Status == StoredNames.Active && c.ExpiresAt <= now && c.Slot % all == partition)
            .OrderBy(c => c.ExpiresAt)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The roots of a partition on which somebody waits.</summary>
    public async Task<IReadOnlyList<(Guid OrgId, string Root)>> WaitedForAsync(
        int partition, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var all = count.Value.Count;
        var roots = await context.Waiters.Where(w => w.Slot % all == partition)
            .Select(w => new { w.OrgId, w.Root }).Distinct().ToListAsync(cancellationToken);
        return roots.ConvertAll(r => (r.OrgId, r.Root));
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var never = DateTimeOffset.UnixEpoch;
        context.Partitions.AddRange(Enumerable.Range(0, count.Value.Count)
            .Select(id => new PartitionRow { Id = id, LeaseUntil = never, ClockAt = never }));
        try
        {
            await using var transaction = await context.BeginWriteAsync(cancellationToken);
            await context.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Another instance has made them in the same moment, all or none; the count below tells.
        }
    }
}
