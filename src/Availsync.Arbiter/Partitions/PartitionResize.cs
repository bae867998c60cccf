using System.Text.Json;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Changes the number of partitions of a store that nobody serves. Slots stay what they are for ever; what is stored by
/// partition is the partitions themselves and the events that were not relayed yet. All of it moves in one transaction.
/// </summary>
internal sealed class PartitionResize(IDbContextFactory<ArbiterDbContext> contexts, IStoreClock clock)
{
    /// <returns>How many partitions there were before.</returns>
    /// <exception cref="StartFailureException">An arbiter lives, so nothing was changed.</exception>
    public async Task<int> RunAsync(int to, CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await LockAsync(context, cancellationToken);
        await RefuseWhereServedAsync(context, cancellationToken);
        var before = await context.Partitions.AsNoTracking().ToListAsync(cancellationToken);
        if (before.Count == 0) throw new StartFailureException("The store has no partitions yet: start an arbiter.");
        if (before.Count != to)
        {
            await MakeAsync(context, before, to, cancellationToken);
            await MoveEventsAsync(context, to, cancellationToken);
            await context.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return before.Count;
    }

    /// <summary>
    /// Nobody enters meanwhile: an arbiter that starts now waits, and then finds the new number. On SQLite writing
    /// itself keeps all others out.
    /// </summary>
    private static async Task LockAsync(ArbiterDbContext context, CancellationToken cancellationToken)
    {
        if (context.Database.IsSqlite()) return;
        var tables = $"{context.TableOf<InstanceRow>()}, {context.TableOf<PartitionRow>()}";
        var sql = "LOCK TABLE " + tables + " IN ACCESS EXCLUSIVE MODE";
        await context.Database.ExecuteSqlRawAsync(sql, cancellationToken);
    }

    private async Task RefuseWhereServedAsync(ArbiterDbContext context, CancellationToken cancellationToken)
    {
        var now = await clock.NowAsync(context, cancellationToken);
        var live = await context.Instances.Where(i => i.SeenUntil >= now).Select(i => i.Name)
            .ToListAsync(cancellationToken);
        if (live.Count > 0)
        {
            throw new StartFailureException(
                $"The number of partitions cannot be changed while an arbiter runs: {string.Join(", ", live)}.");
        }

        var owned = await context.Partitions.CountAsync(
            p => p.Owner != null && p.LeaseUntil >= now, cancellationToken);
        if (owned > 0)
            throw new StartFailureException($"{owned} partitions are still owned; try again in a few seconds.");
    }

    /// <summary>
    /// Each of the new partitions may get slots of any old one, so it begins after the latest clock of all, and no
    /// former owner's epoch is its own.
    /// </summary>
    private static async Task MakeAsync(
        ArbiterDbContext context, List<PartitionRow> before, int to, CancellationToken cancellationToken)
    {
        await context.Partitions.ExecuteDeleteAsync(cancellationToken);
        var (epoch, clockAt) = (before.Max(p => p.Epoch) + 1, before.Max(p => p.ClockAt));
        context.Partitions.AddRange(Enumerable.Range(0, to).Select(id => new PartitionRow
        {
            Id = id,
            Epoch = epoch,
            LeaseUntil = DateTimeOffset.UnixEpoch,
            ClockAt = clockAt,
        }));
    }

    /// <summary>
    /// What one old partition has decided in one batch may be of several new ones. Written anew in the old order, the
    /// events of every root keep theirs.
    /// </summary>
    private static async Task MoveEventsAsync(ArbiterDbContext context, int to, CancellationToken cancellationToken)
    {
        var rows = await context.EventBatches.AsNoTracking().OrderBy(b => b.Id).ToListAsync(cancellationToken);
        await context.EventBatches.ExecuteDeleteAsync(cancellationToken);
        foreach (var row in rows)
        {
            var events = JsonSerializer.Deserialize<List<ClaimEvent>>(row.Events)!;
            foreach (var part in events.GroupBy(e => Slot.Of(e.OrgId, e.Root).Partition(to)))
            {
                context.EventBatches.Add(new EventBatchRow
                {
                    PartitionId = part.Key,
                    Events = JsonSerializer.Serialize(part.ToList()),
                });
                await context.SaveChangesAsync(cancellationToken); // One by one: their ids are their order.
            }
        }
    }
}
