using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// The proof, inside the transaction, that its partitions are still ours. Writing the batch's time into their rows
/// locks them until the commit: a new owner has to wait for us, and once it has taken over, the rows do not match any
/// more and we write nothing.
/// </summary>
internal sealed class Fence
{
    private readonly Dictionary<int, OwnedPartition> _standing;

    private Fence(Dictionary<int, OwnedPartition> standing, DateTimeOffset now)
    {
        _standing = standing;
        Now = now;
    }

    /// <summary>
    /// The time of the whole batch: whole milliseconds, never before an earlier batch of its partitions.
    /// </summary>
    public DateTimeOffset Now { get; private set; }

    public bool Stands(int partition) => _standing.ContainsKey(partition);

    public OwnedPartition Of(int partition) => _standing[partition];

    /// <summary>The partition and root of an active claim that memory knows.</summary>
    public (OwnedPartition Partition, string Root)? FindRoot(ClaimId claim)
    {
        foreach (var partition in _standing.Values)
        {
            if (partition.FindRoot(claim) is { } root) return (partition, root);
        }

        return null;
    }

    /// <summary>The partition and root of a blocking hold that memory knows.</summary>
    public (OwnedPartition Partition, string Root)? FindRoot(HoldId hold)
    {
        foreach (var partition in _standing.Values)
        {
            if (partition.FindRoot(hold) is { } root) return (partition, root);
        }

        return null;
    }

    public static async Task<Fence> TakeAsync(
        ArbiterDbContext context, PartitionMap partitions, IEnumerable<PendingCommand> commands, TimeProvider time)
    {
        var owned = commands.Select(c => c.Partition).Distinct()
            .Select(partitions.Find).OfType<OwnedPartition>().ToDictionary(p => p.Id);
        var now = owned.Values.Select(p => p.ClockAt).Append(time.GetUtcNow().WholeMilliseconds()).Max();
        var ids = owned.Keys.ToList();
        var stamped = ids.Count == 0
            ? 0
            : await Ours(context, partitions, owned.Values)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.ClockAt, now));
        if (stamped < ids.Count) await LoseAsync(context, partitions, owned);
        foreach (var partition in owned.Values) partition.ClockAt = now;
        return new Fence(owned, now);
    }

    /// <summary>
    /// Counts anew what partitions hold where a batch before has faulted: behind the fence nobody else writes to them.
    /// </summary>
    public async Task CountAsync(ArbiterDbContext context)
    {
        foreach (var partition in _standing.Values.Where(p => !p.IsCounted))
            await PartitionCounts.CountAsync(context, partition);
    }

    /// <summary>
    /// Sets the clock of the batch on, after it has waited: what others have committed meanwhile lies before its time.
    /// </summary>
    public async Task AdvanceAsync(ArbiterDbContext context, DateTimeOffset now)
    {
        if (now <= Now) return;
        var ids = _standing.Keys.ToList();
        await context.Partitions.Where(p => ids.Contains(p.Id))
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.ClockAt, now));
        foreach (var partition in _standing.Values) partition.ClockAt = now;
        Now = now;
    }

    /// <summary>
    /// The rows that still are as we have taken them. The epoch counts too: a partition that we have lost and got back
    /// is not the one whose state a late batch remembers.
    /// </summary>
    private static IQueryable<PartitionRow> Ours(
        ArbiterDbContext context, PartitionMap partitions, IReadOnlyCollection<OwnedPartition> owned)
    {
        var ids = owned.Select(p => p.Id).ToList();
        var takes = owned.Select(p => (p.Epoch * Slot.Count) + p.Id).ToList();
        return context.Partitions.Where(p => ids.Contains(p.Id) && p.Owner == partitions.Instance
            && takes.Contains((p.Epoch * Slot.Count) + p.Id));
    }

    private static async Task LoseAsync(
        ArbiterDbContext context, PartitionMap partitions, Dictionary<int, OwnedPartition> owned)
    {
        var ids = owned.Keys.ToList();
        var ours = await Ours(context, partitions, owned.Values)
            .Select(p => p.Id).ToListAsync();
        foreach (var lost in ids.Except(ours))
        {
            partitions.Lose(owned[lost]);
            owned.Remove(lost);
        }
    }
}
