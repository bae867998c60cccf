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

    private static readonly TimeSpan CommandLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins to serve a partition that was just taken.</summary>
    public async Task OpenAsync(ServedPartition served)
    {
        var (partition, closing) = (served.Partition, served.Closing.Token);
        var waitedFor = await table.WaitedForAsync(partition.Id, closing);
        await table.CountAsync(partition, closing);
        closing.ThrowIfCancellationRequested();
        partitions.Add(partition);
        var queuesServed = ServeQueuesAsync(partition, waitedFor, closing);
        relay.Set(); // The predecessor may have left events behind.
        // The epoch grows with each owner: a predecessor that does not know yet gets nothing any more.
        served.Endpoint = connector.ConnectAsync<Decide, Decided>(
            ArbiterQueues.Partition(partition.Id),
            (decide, _) => queue.DecideAsync(partition.Id, decide),
            (int)Math.Min(partition.Epoch, int.MaxValue),
            closing);
        await served.Endpoint;
        await ExpireLapsedAsync(partition, closing);
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
        served.Closing.Cancel(); // What is not connected by now will not be.
        if (served.Endpoint is { } endpoint)
        {
            await ((Task)endpoint).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (endpoint.IsCompletedSuccessfully) await endpoint.Result.DisposeAsync();
        }

        await served.Serving.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Leases that ran out while nobody served the partition end now: their wake-ups may be lost.</summary>
    private async Task ExpireLapsedAsync(OwnedPartition partition, CancellationToken closing)
    {
        var lapsed = await table.LapsedAsync(partition.Id, closing);
        await DecideAllAsync(partition, [.. lapsed.Select(row => new ExpireClaim(new ClaimId(row.Id), row.OrgId))], closing);
    }

    /// <summary>
    /// Whoever waits is served here from now on. This is the first that is decided in the partition: answers that could
    /// not be fetched meanwhile must not be taken back before.
    /// </summary>
    private Task ServeQueuesAsync(
        OwnedPartition partition, IReadOnlyList<(Guid OrgId, string Root)> roots, CancellationToken closing) =>
        DecideAllAsync(partition, [.. roots.Select(r => new ServeQueue(r.OrgId, r.Root, AfterTakeover: true))], closing);

    /// <summary>
    /// Until each of them is decided, or the partition is closed: nobody else sends them, so what a failing store leaves
    /// undone comes again.
    /// </summary>
    private async Task DecideAllAsync(
        OwnedPartition partition, IReadOnlyList<Command> commands, CancellationToken closing)
    {
        while (commands.Count > 0)
        {
            var deadline = time.GetUtcNow() + CommandLife;
            var decided = await queue.DecideAsync(
                partition.Id,
                new Decide([.. commands.Select(c => new CommandEnvelope(c, deadline, RequestId: null, Idempotency: null))]));
            commands = [.. commands.Zip(decided.Replies).Where(p => p.Second is not Reply.Answered).Select(p => p.First)];
            if (commands.Count > 0) await Task.Delay(RetryDelay, time, closing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {partition} could not be closed in time")]
    private static partial void NotClosed(ILogger logger, Exception exception, int partition);
}
