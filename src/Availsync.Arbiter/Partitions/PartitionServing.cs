using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Relay;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Arbiter.Partitions;

/// <summary>A partition that was taken, from then until it is closed.</summary>
internal sealed class ServedPartition(OwnedPartition partition)
{
    public OwnedPartition Partition { get; } = partition;

    /// <summary>Its beginning: over once the endpoint is connected and what the predecessor left is done.</summary>
    public Task Serving { get; set; } = Task.CompletedTask;

    /// <summary>Its end, once that has begun.</summary>
    public Task? Leaving { get; set; }

    /// <summary>Cancelled at its end.</summary>
    public CancellationTokenSource Closing { get; } = new();

    /// <summary>The endpoint through which commands come, once it is being connected.</summary>
    public Task<IAsyncDisposable>? Endpoint { get; set; }
}

/// <summary>Opens and closes the door of a partition that is owned.</summary>
internal sealed partial class PartitionServing(
    PartitionMap partitions,
    PartitionTable table,
    CommandQueue queue,
    IResponderConnector connector,
    RelaySignal relay,
    TimeProvider time,
    ILogger<PartitionServing> logger)
{
    /// <summary>
    /// Commands live five seconds. Whatever is not answered by then nobody waits for, and the fence lets none of it in.
    /// </summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    /// <summary>Begins to serve a partition that was just taken.</summary>
    public async Task OpenAsync(ServedPartition served)
    {
        var (partition, closing) = (served.Partition, served.Closing.Token);
        var waitedFor = await table.WaitedForAsync(partition.Id, closing);
        await table.CountAsync(partition, closing);
        closing.ThrowIfCancellationRequested();
        partitions.Add(partition);
        var queuesServed = ServeQueuesAsync(partition, waitedFor);
        relay.Set(); // The predecessor may have left events behind.
        // The epoch grows with each owner: a predecessor that does not know yet gets nothing any more.
        served.Endpoint = connector.ConnectAsync<Decide, Decided>(
            ArbiterQueues.Partition(partition.Id),
            (decide, _) => queue.DecideAsync(partition.Id, decide),
            (int)Math.Min(partition.Epoch, int.MaxValue),
            closing);
        await served.Endpoint;
        await ExpireLapsedAsync(partition);
        await queuesServed;
    }

    /// <summary>Takes no more from the queue, and returns when all that was taken is answered, or nobody waits for it.</summary>
    public async Task CloseAsync(ServedPartition served)
    {
        try
        {
            await CloseEndpointAsync(served).WaitAsync(DrainMax, time);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            NotClosed(logger, exception, served.Partition.Id);
        }
    }

    private static async Task CloseEndpointAsync(ServedPartition served)
    {
        await served.Closing.CancelAsync(); // What is not connected by now will not be.
        if (served.Endpoint is { } endpoint)
        {
            await ((Task)endpoint).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (endpoint.IsCompletedSuccessfully) await endpoint.Result.DisposeAsync();
        }

        await served.Serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Leases that ran out while nobody served the partition end now: their wake-ups may be lost.</summary>
    private async Task ExpireLapsedAsync(OwnedPartition partition)
    {
        var lapsed = await table.LapsedAsync(partition.Id, CancellationToken.None);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {partition} could not be closed in time")]
    private static partial void NotClosed(ILogger logger, Exception exception, int partition);
}
