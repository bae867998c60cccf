using System.Text.Json;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Relay;

/// <summary>
/// Publishes what was committed, in the order of its commits, and deletes it once it is safe with the broker. It reads
/// the table and keeps nothing in memory, so what a predecessor left behind and what comes now take the same way. A
/// crash between publishing and deleting has events published twice: consumers drop an <c>event_id</c> they know.
/// </summary>
internal sealed partial class EventRelay(
    PartitionMap partitions,
    IDbContextFactory<ArbiterDbContext> contexts,
    IDurablePublisher publisher,
    RelaySignal signal,
    TimeProvider time,
    ILogger<EventRelay> logger) : BackgroundService
{
    private const int BatchesMax = 256;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await signal.WaitAsync(stoppingToken);
                await DrainAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left stays in the table for the next owner.
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (var more = true; more;)
        {
            try
            {
                more = await RelayAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Failed(logger, exception);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    /// <summary>One message with all that waits, up to a bound. False where nothing waits.</summary>
    private async Task<bool> RelayAsync(CancellationToken cancellationToken)
    {
        var ours = partitions.Owned.Select(p => p.Id).ToList();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.EventBatches.AsNoTracking()
            .Where(b => ours.Contains(b.PartitionId))
            .OrderBy(b => b.Id)
            .Take(BatchesMax)
            .ToListAsync(cancellationToken);
        if (rows.Count == 0) return false;

        var events = rows.SelectMany(r => JsonSerializer.Deserialize<List<ClaimEvent>>(r.Events)!).ToList();
        await publisher.PublishAsync(new ClaimEvents(events), cancellationToken);
        var ids = rows.Select(r => r.Id).ToList();
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await context.EventBatches.Where(b => ids.Contains(b.Id)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be published; they are kept and tried again")]
    private static partial void Failed(ILogger logger, Exception exception);
}
