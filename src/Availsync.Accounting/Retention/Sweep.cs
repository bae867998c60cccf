using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// Deletes what is over. Nothing depends on it: every read looks at the time itself, so that a sweep which comes late,
/// or on two instances at once, changes nothing but the size of the store.
/// </summary>
internal sealed partial class Sweep(
    IDbContextFactory<AccountingDbContext> contexts, TimeProvider time, ILogger<Sweep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Left alone that long after its end: a call that has found a key alive may be about to write it.
    /// </summary>
    private static readonly TimeSpan KeyMargin = TimeSpan.FromMinutes(5);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (failures, repeats, keys) = (now - SignInThrottle.Window, now - RepeatRow.Lifetime, now - KeyMargin);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        await db.Sessions.Where(row => row.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        await db.Keys.Where(row => row.ExpiresAt <= keys).ExecuteDeleteAsync(cancellationToken);
        await db.FailedSignIns.Where(row => row.At <= failures).ExecuteDeleteAsync(cancellationToken);
        await db.Repeats.Where(row => row.CreatedAt <= repeats).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do await TryOnceAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    private async Task TryOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is over could not be deleted; the next sweep tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
