using System.Text.Json;
using Availsync.Arbiter.Events;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Telemetry;
using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Relay;

/// <summary>
/// Publishes what was committed, in the order of its commits, to our own services and to whoever listens on the broker
/// from outside, and once it is safe with the broker moves it from the outbox into the log that listeners read. It reads
/// the table and keeps nothing in memory, so what a predecessor left behind and what comes now take the same way. A
/// crash between publishing and moving has events published twice: consumers drop an <c>event_id</c> they know. In the
/// log each is once.
/// </summary>
internal sealed partial class EventRelay(
    PartitionMap partitions,
    IDbContextFactory<ArbiterDbContext> contexts,
    IDurablePublisher publisher,
    ITopicPublisher topics,
    RelaySignal signal,
    ArbiterMetrics metrics,
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
                metrics.RelayFaulted();
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
        await Task.WhenAll(
            publisher.PublishAsync(new ClaimEvents(events), cancellationToken),
            topics.PublishAsync(EventTopic.Exchange, events.SelectMany(TopicEvent.Of), cancellationToken));
        metrics.Relayed(events, time.GetUtcNow());
        var heads = await MoveAsync(context, [.. rows.Select(r => r.Id)], events, cancellationToken);
        if (heads.Count > 0) await TellAsync(new EventsLogged(heads), cancellationToken);
        return true;
    }

    /// <summary>
    /// Moves published events into the log. A former owner may be relaying the same rows: who deletes them logs them,
    /// and who finds one missing leaves all as it is and reads the table again.
    /// </summary>
    private async Task<IReadOnlyList<EventHead>> MoveAsync(
        ArbiterDbContext context, List<long> ids, List<ClaimEvent> events, CancellationToken cancellationToken)
    {
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        var deleted = await context.EventBatches.Where(b => ids.Contains(b.Id)).ExecuteDeleteAsync(cancellationToken);
        if (deleted < ids.Count) return [];
        var heads = await EventLog.AppendAsync(context, events, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return heads;
    }

    /// <summary>A hint for listeners. Where it is lost they find out by themselves, a little later.</summary>
    private async Task TellAsync(EventsLogged logged, CancellationToken cancellationToken)
    {
        try
        {
            await publisher.PublishAsync(logged, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Untold(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be published; they are kept and tried again")]
    private static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listeners were not told of new events; they will look")]
    private static partial void Untold(ILogger logger, Exception exception);
}
