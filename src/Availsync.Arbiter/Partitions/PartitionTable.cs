using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Store;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>The rows that say who owns which partition.</summary>
internal sealed class PartitionTable(
    IDbContextFactory<ArbiterDbContext> contexts,
    PartitionMap partitions,
    IStoreClock clock,
    TimeProvider time,
    IOptions<ArbiterOptions> arbiter,
    IOptions<PartitionOptions> count)
{
    private TimeSpan Lease => TimeSpan.FromSeconds(arbiter.Value.OwnershipLeaseSeconds);

    /// <summary>Makes the rows on the first start; afterwards their number must be the configured one.</summary>
    /// <exception cref="StartFailureException">The store was made for another number of partitions.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await context.Partitions.AnyAsync(cancellationToken)) await MakeAsync(cancellationToken);
        var stored = await context.Partitions.CountAsync(cancellationToken);
        if (stored != count.Value.Count)
        {
            throw new StartFailureException(
                $"Partitions:Count is {count.Value.Count}, but the store was made for {stored}. Set it to {stored}, or stop"
                + " every edge and arbiter and run"
                + $" 'dotnet Availsync.Arbiter.dll partitions resize --to {count.Value.Count}' (docs/operations.md).");
        }
    }

    /// <summary>
    /// What is ours of what we think is: less, where somebody else has taken over. It prolongs nothing.
    /// </summary>
    public async Task<IReadOnlyList<OwnedPartition>> StandingAsync(
        IReadOnlyCollection<OwnedPartition> thought, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var epochs = await context.Partitions.Where(p => p.Owner == partitions.Instance)
            .Select(p => new { p.Id, p.Epoch }).ToDictionaryAsync(p => p.Id, p => p.Epoch, cancellationToken);
        return [.. thought.Where(p => epochs.TryGetValue(p.Id, out var epoch) && epoch == p.Epoch)];
    }

    /// <summary>
    /// Prolongs what is ours. One row at a time, since a batch locks several of them in an order of its own.
    /// </summary>
    public async Task RenewAsync(
        IReadOnlyCollection<OwnedPartition> thought, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var until = await clock.NowAsync(context, cancellationToken) + Lease;
        foreach (var partition in thought)
        {
            await using var transaction = await context.BeginWriteAsync(cancellationToken);
            await Ours(context, partition)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LeaseUntil, until), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes a partition over, unless somebody else was faster. Waits for a batch that the former owner is committing,
    /// so that what is read afterwards is all there is.
    /// </summary>
    /// <remarks>
    /// It does not wait for ever: an owner whose network was cut in the middle of a batch cannot say that it has gone,
    /// and its session keeps the row locked until the database ends it, after five seconds (StaleSessions in Availsync.Storage).
    /// Whoever comes in vain comes again, and is not held up for the other partitions.
    /// </remarks>
    public async Task<OwnedPartition?> TakeAsync(PartitionRow seen, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        if (!context.Database.IsSqlite())
            await context.Database.ExecuteSqlRawAsync("SET LOCAL lock_timeout = '1s'", cancellationToken);
        var until = await clock.NowAsync(context, cancellationToken) + Lease;
        var taken = await context.Partitions.Where(p => p.Id == seen.Id && p.Epoch == seen.Epoch).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.Owner, partitions.Instance)
                .SetProperty(x => x.Epoch, seen.Epoch + 1)
                .SetProperty(x => x.LeaseUntil, until),
            cancellationToken);
        if (taken == 0) return null;
        var row = await context.Partitions.AsNoTracking().SingleAsync(p => p.Id == seen.Id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new OwnedPartition(row.Id, count.Value.Count, row.Epoch, row.ClockAt.WholeMilliseconds());
    }

    /// <summary>Gives a partition back, so that the next owner need not wait for the lease.</summary>
    public async Task GiveUpAsync(OwnedPartition partition, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await Ours(context, partition)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Owner, (Guid?)null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Gives back whatever is ours, be it known here or the end of a call that was not waited for.</summary>
    public async Task GiveUpAllAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await context.Partitions.Where(p => p.Owner == partitions.Instance)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Owner, (Guid?)null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private IQueryable<PartitionRow> Ours(ArbiterDbContext context, OwnedPartition partition) =>
        context.Partitions.Where(
            p => p.Id == partition.Id && p.Epoch == partition.Epoch && p.Owner == partitions.Instance);

    /// <summary>Counts what a partition holds, before anything is decided in it.</summary>
    public async Task CountAsync(OwnedPartition partition, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await PartitionCounts.CountAsync(context, partition, cancellationToken);
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
