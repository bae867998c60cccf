using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Relay;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Keeps this instance's partitions: renews their lease, takes those whose owner has gone, connects and disconnects
/// their endpoints, and gives all up when the service stops. Who may commit is not decided here but by the
/// <see cref="Fence"/>: between two renewals two instances may well believe that they own the same partition.
/// </summary>
internal sealed partial class Ownership(
    PartitionMap partitions,
    PartitionTable table,
    CommandQueue queue,
    IResponderConnector connector,
    RelaySignal relay,
    TimeProvider time,
    IOptions<ArbiterOptions> options,
    ILogger<Ownership> logger) : BackgroundService
{
    private readonly Dictionary<int, OwnedPartition> _connected = [];
    private bool _takeAll = options.Value.SoleInstance;
    private int _rounds;

    /// <summary>How often ownership has been brought up to date, or tried to.</summary>
    public int Rounds => Volatile.Read(ref _rounds);

    /// <summary>
    /// Hosted services stop in reverse order, so the decision loop still runs: what was taken in is answered.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var partition in _connected.Values) await DisconnectAsync(partition);
        var ids = _connected.Keys.ToList();
        _connected.Clear();
        try
        {
            await table.GiveUpAsync(ids, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RenewalFailed(logger, exception); // The lease runs out by itself.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.OwnershipRenewalSeconds), time);
        try
        {
            do
            {
                await TryRenewAsync(stoppingToken);
                Interlocked.Increment(ref _rounds);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync gives up what is owned.
        }
    }

    private async Task TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RenewAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            RenewalFailed(logger, exception);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var ours = (await table.RenewAsync(cancellationToken)).ToHashSet();
        var lost = _connected.Where(c => !ours.Contains(c.Key) || partitions.Find(c.Key) != c.Value).ToList();
        foreach (var (id, partition) in lost)
        {
            _connected.Remove(id);
            partitions.Lose(partition);
            Lost(logger, id);
            await DisconnectAsync(partition);
        }

        foreach (var row in await table.FreeAsync(_takeAll, cancellationToken))
        {
            if (await table.TakeAsync(row, cancellationToken) is { } partition)
                await ServeAsync(partition, cancellationToken);
        }

        _takeAll = false;
    }

    private async Task ServeAsync(OwnedPartition partition, CancellationToken cancellationToken)
    {
        var waitedFor = await table.WaitedForAsync(partition.Id, cancellationToken);
        partitions.Add(partition);
        var queuesServed = ServeQueuesAsync(partition, waitedFor);
        _connected[partition.Id] = partition;
        Taken(logger, partition.Id, partition.Epoch);
        relay.Set(); // The predecessor may have left events behind.
        partition.Endpoint = await connector.ConnectAsync<Decide, Decided>(
            ArbiterQueues.Partition(partition.Id),
            (decide, _) => queue.DecideAsync(partition.Id, decide),
            cancellationToken);
        await ExpireLapsedAsync(partition, cancellationToken);
        await queuesServed;
    }

    /// <summary>Leases that ran out while nobody served the partition end now: their wake-ups may be lost.</summary>
    private async Task ExpireLapsedAsync(OwnedPartition partition, CancellationToken cancellationToken)
    {
        var lapsed = await table.LapsedAsync(partition.Id, cancellationToken);
        if (lapsed.Count == 0) return;
        var deadline = time.GetUtcNow().AddMinutes(1);
        var commands = lapsed.Select(row => new CommandEnvelope(
            new ExpireClaim(new ClaimId(row.Id), row.OrgId), deadline, RequestId: null, Idempotency: null));
        await queue.DecideAsync(partition.Id, new Decide([.. commands]));
    }

    /// <summary>
    /// Whoever waits is served here from now on. This is the first that is decided in the partition: answers that could
    /// not be fetched meanwhile must not be taken back before.
    /// </summary>
    private async Task ServeQueuesAsync(OwnedPartition partition, IReadOnlyList<(Guid OrgId, string Root)> roots)
    {
        if (roots.Count == 0) return;
        var deadline = time.GetUtcNow().AddMinutes(1);
        var commands = roots.Select(r => new CommandEnvelope(
            new ServeQueue(r.OrgId, r.Root, AfterTakeover: true), deadline, RequestId: null, Idempotency: null));
        await queue.DecideAsync(partition.Id, new Decide([.. commands]));
    }

    private async Task DisconnectAsync(OwnedPartition partition)
    {
        if (partition.Endpoint is null) return;
        try
        {
            await partition.Endpoint.DisposeAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RenewalFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {partition} is served here, epoch {epoch}")]
    private static partial void Taken(ILogger logger, int partition, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {partition} is somebody else's now")]
    private static partial void Lost(ILogger logger, int partition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition ownership could not be brought up to date")]
    private static partial void RenewalFailed(ILogger logger, Exception exception);
}
