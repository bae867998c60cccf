using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Inbox;

/// <summary>Forgets messages whose repeats are not to be expected any more.</summary>
internal sealed partial class InboxCleanup<TContext>(
    IDbContextFactory<TContext> contexts, InboxWindow<TContext> window, TimeProvider time,
    ILogger<InboxCleanup<TContext>> logger) : BackgroundService
    where TContext : StoreContext
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception, typeof(TContext).Name);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - window.Duplicates;
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await context.Set<InboxRow>().Where(row => row.Delivered < before).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox of {context} could not be cleaned")]
    private static partial void LogFailed(ILogger logger, Exception exception, string context);
}

/// <summary>How long a message is remembered after it is done.</summary>
internal sealed record InboxWindow<TContext>(TimeSpan Duplicates);
