using Availsync.Arbiter.Store;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>What there is to share, and among whom, at one moment of the database's clock.</summary>
internal sealed record Fleet(
    DateTimeOffset Now, IReadOnlyList<PartitionRow> Partitions, IReadOnlyList<LiveInstance> Live)
{
    /// <summary>Who is to have which partition.</summary>
    public Guid?[] Plan() => Sharing.Plan([.. Partitions.Select(OwnerOf)], Live);

    /// <summary>Whether anybody may take the partition.</summary>
    public bool IsFree(PartitionRow partition) => partition.Owner is null || partition.LeaseUntil < Now;

    private Guid? OwnerOf(PartitionRow partition) => IsFree(partition) ? null : partition.Owner;
}

/// <summary>The rows by which instances know of each other.</summary>
internal sealed class InstanceTable(
    IDbContextFactory<ArbiterDbContext> contexts,
    PartitionMap partitions,
    IStoreClock clock,
    IOptions<ArbiterOptions> options)
{
    private static readonly string Name = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Rows of the dead are kept for whoever looks for them, and then swept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly string? _pinned =
        string.IsNullOrWhiteSpace(options.Value.Partitions) ? null : options.Value.Partitions;

    /// <summary>Lets this instance be heard of, and returns what there is to share.</summary>
    public async Task<Fleet> BeatAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await clock.NowAsync(context, cancellationToken);
        var until = now + TimeSpan.FromSeconds(options.Value.OwnershipLeaseSeconds);
        await using (var transaction = await context.BeginWriteAsync(cancellationToken))
        {
            var known = await context.Instances.Where(i => i.Id == partitions.Instance)
                .ExecuteUpdateAsync(i => i.SetProperty(x => x.SeenUntil, until), cancellationToken);
            if (known == 0) await EnterAsync(context, now, until, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await ReadAsync(context, now, cancellationToken);
    }

    /// <summary>What there is to share, without being heard.</summary>
    public async Task<Fleet> ReadAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(context, await clock.NowAsync(context, cancellationToken), cancellationToken);
    }

    /// <summary>No share is this instance's any more: the others may take what it is about to give up.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await context.Instances.Where(i => i.Id == partitions.Instance).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<Fleet> ReadAsync(
        ArbiterDbContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var live = await context.Instances.AsNoTracking().Where(i => i.SeenUntil >= now).ToListAsync(cancellationToken);
        var rows = await context.Partitions.AsNoTracking().OrderBy(p => p.Id).ToListAsync(cancellationToken);
        return new Fleet(now, rows, live.ConvertAll(i =>
            new LiveInstance(i.Id, i.Pinned is null ? null : PinnedPartitions.TryParse(i.Pinned))));
    }

    /// <summary>The only instance that there can be is alone, whatever a process before it has left behind.</summary>
    private async Task EnterAsync(
        ArbiterDbContext context, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var (alone, gone) = (options.Value.SoleInstance, now - Kept);
        await context.Instances.Where(i => alone || i.SeenUntil < gone).ExecuteDeleteAsync(cancellationToken);
        context.Instances.Add(
            new InstanceRow { Id = partitions.Instance, Name = Name, Pinned = _pinned, SeenUntil = until });
        await context.SaveChangesAsync(cancellationToken);
    }
}
