using Availsync.Arbiter.Store;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// Deletes recorded answers that are past their day, in small steps, so that no batch waits long for it. Safe on
/// several
/// instances: a row that another one deleted is just not there.
/// </summary>
internal sealed partial class AnswerPurge(
    IDbContextFactory<ArbiterDbContext> contexts, TimeProvider time, ILogger<AnswerPurge> logger) : BackgroundService
{
    private const int StepMax = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await PurgeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = (time.GetUtcNow() - RecordedAnswers.Retention).ToUnixTimeMilliseconds();
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            for (var deleted = StepMax; deleted == StepMax;)
            {
                var scopes = await context.Answers.Where(a => a.CreatedAt < before)
                    .OrderBy(a => a.CreatedAt).Take(StepMax).Select(a => a.Scope).ToListAsync(cancellationToken);
                deleted = scopes.Count == 0
                    ? 0
                    : await context.Answers.Where(a => scopes.Contains(a.Scope) && a.CreatedAt < before)
                        .ExecuteDeleteAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old answers could not be deleted; tried again later")]
    private static partial void Failed(ILogger logger, Exception exception);
}
