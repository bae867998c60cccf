using Availsync.Arbiter.Store;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Events;

/// <summary>
/// Deletes what the log does not keep any more, in small steps, so that no batch waits long for it. Safe on several
/// instances. A reader sees by the positions that something is missing, so nothing depends on when this runs.
/// </summary>
internal sealed partial class EventLogPurge(
    IDbContextFactory<ArbiterDbContext> contexts,
    IOptions<ArbiterOptions> options,
    TimeProvider time,
    ILogger<EventLogPurge> logger) : BackgroundService
{
    public const int StepMax = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Deletes all that is over by now.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - TimeSpan.FromHours(options.Value.EventsKeptHours);
        while (await StepAsync(before, cancellationToken))
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await TryOnceAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
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
            Failed(logger, exception);
        }
    }

    /// <summary>True where there may be more. What was logged in one transaction goes in one step.</summary>
    private async Task<bool> StepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var oldest = await context.EventChunks.Where(c => c.LoggedAt < before).OrderBy(c => c.LoggedAt)
            .Select(c => c.LoggedAt).Take(StepMax).ToListAsync(cancellationToken);
        if (oldest.Count == 0) return false;
        var upTo = oldest[^1];
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        await context.EventChunks.Where(c => c.LoggedAt <= upTo).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return oldest.Count == StepMax;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old events could not be deleted; tried again later")]
    private static partial void Failed(ILogger logger, Exception exception);
}
