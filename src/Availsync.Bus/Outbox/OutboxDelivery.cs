using Availsync.Bus.Durable;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Outbox;

/// <summary>
/// Publishes what waits in an outbox, in order. A row is deleted after its message is safe, so a crash in between
/// publishes it twice and never loses it.
/// </summary>
internal sealed partial class OutboxDelivery<TContext>(
    IDbContextFactory<TContext> contexts, OutboxPlan<TContext> plan, IDurablePublisher publisher, TimeProvider time,
    ILogger<OutboxDelivery<TContext>> logger) : BackgroundService
    where TContext : StoreContext
{
    private const int BatchSize = 100;

    /// <summary>What is enqueued in this process wakes the loop; this is for what another left when it died.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = BackOffMin;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await DeliverAsync(stoppingToken) == BatchSize)
                {
                    // A full batch: there may be more.
                }

                backOff = BackOffMin;
                await plan.Delivery.WaitAsync(time.GetUtcNow() + Poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(logger, exception, typeof(TContext).Name, backOff);
                await Task.Delay(backOff, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                backOff = TimeSpan.FromTicks(Math.Min(backOff.Ticks * 2, BackOffMax.Ticks));
            }
        }
    }

    private async Task<int> DeliverAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var turn = await OutboxTurn.TakeAsync(context, cancellationToken);
        var rows = await context.Set<OutboxRow>().AsNoTracking()
            .OrderBy(row => row.Sequence).Take(BatchSize).ToListAsync(cancellationToken);
        var published = new List<long>(rows.Count);
        try
        {
            foreach (var row in rows)
            {
                await plan.PublishAsync(row, publisher, cancellationToken);
                published.Add(row.Sequence);
            }
        }
        finally
        {
            if (published.Count > 0)
                await DeleteAsync(context, published);
        }

        return rows.Count;
    }

    /// <remarks>Not cancelled: what has been published would be published again.</remarks>
    private static async Task DeleteAsync(TContext context, List<long> published)
    {
        await using var transaction = await context.BeginWriteAsync(CancellationToken.None);
        await context.Set<OutboxRow>().Where(row => published.Contains(row.Sequence)).ExecuteDeleteAsync();
        await transaction.CommitAsync(CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox of {context} waits {backOff} to try again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string context, TimeSpan backOff);
}
