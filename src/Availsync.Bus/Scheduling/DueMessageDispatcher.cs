using Availsync.Bus.Sagas;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Scheduling;

/// <summary>
/// Sends messages when they are due: at least once, as each row is deleted in the transaction that its message leaves
/// from. Any number of dispatchers work side by side; on PostgreSQL each skips the rows that another has locked.
/// </summary>
internal sealed partial class DueMessageDispatcher<TContext>(
    IServiceScopeFactory scopes, DuePlan<TContext> plan, SchedulerMetrics metrics, TimeProvider time,
    ILogger<DueMessageDispatcher<TContext>> logger) : BackgroundService
    where TContext : StoreContext
{
    private const int BatchMax = 256;

    /// <summary>How late a timer may be that another instance has set and not lived to dispatch.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);

    /// <summary>How long a message that cannot be delivered waits, so that it holds up no other.</summary>
    private static readonly TimeSpan Postponement = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await DispatchDueAsync(stoppingToken) == BatchMax)
                    continue;
                await plan.Dispatcher.WaitAsync(await NextLookAsync(stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(logger, exception, typeof(TContext).Name);
                await Task.Delay(BackOff, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> DispatchDueAsync(CancellationToken cancellationToken)
    {
        if (!await IsAnyDueAsync(cancellationToken))
            return 0;
        try
        {
            return await DispatchAsync(BatchMax, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Faulted();
            LogBatchFailed(logger, exception, typeof(TContext).Name);
        }

        // One of the batch may be to blame: one at a time shows which, and the others go through.
        var dispatched = 0;
        while (dispatched < BatchMax && await IsAnyDueAsync(cancellationToken))
            dispatched += await DispatchOneAsync(cancellationToken);
        return dispatched;
    }

    private async Task<int> DispatchOneAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Math.Max(1, await DispatchAsync(1, cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Faulted();
            LogPostponed(logger, exception, typeof(TContext).Name, Postponement);
            await PostponeFirstAsync(cancellationToken);
            return 1;
        }
    }

    private async Task<int> DispatchAsync(int atMost, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var unit = scope.ServiceProvider.GetRequiredService<SagaUnitOfWork<TContext>>();
        var delivery = scope.ServiceProvider.GetRequiredKeyedService<IDueMessageDelivery>(typeof(TContext));
        await using var work = await unit.BeginAsync(cancellationToken);
        var rows = await DueRows.ClaimAsync(unit.Context, time.GetUtcNow(), atMost, cancellationToken);
        if (rows.Count > 0)
        {
            var due = rows.Select(row => new DueDelivery(row, plan.Read(row))).ToList();
            await delivery.DeliverAsync(due, unit, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        metrics.Delivered(rows.Select(row => row.Due), time.GetUtcNow());
        return rows.Count;
    }

    private async Task PostponeFirstAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TContext>();
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        var now = time.GetUtcNow();
        await DueRows.PostponeFirstAsync(context, now, now + Postponement, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken) =>
        await NextDueAsync(cancellationToken) is { } next && next <= time.GetUtcNow();

    private async Task<DateTimeOffset> NextLookAsync(CancellationToken cancellationToken)
    {
        var look = time.GetUtcNow() + Poll;
        plan.LookAt(look);
        return await NextDueAsync(cancellationToken) is { } next && next < look ? next : look;
    }

    private async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<TContext>();
        return await context.Set<DueMessage>()
            .OrderBy(m => m.Due).Select(m => (DateTimeOffset?)m.Due).FirstOrDefaultAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The timers of {context} cannot be read or dispatched")]
    private static partial void LogFailed(ILogger logger, Exception exception, string context);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of timers of {context} failed and goes one by one")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, string context);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer of {context} failed and is put off by {delay}")]
    private static partial void LogPostponed(ILogger logger, Exception exception, string context, TimeSpan delay);
}
