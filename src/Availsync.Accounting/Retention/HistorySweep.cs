using System.Linq.Expressions;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>
/// Deletes history that is past its days, a thousand rows at a time, so that nobody waits long for it. Safe on several
/// instances: a row that another one has deleted is just not there. The sums of days stay.
/// </summary>
internal sealed partial class HistorySweep(
    IDbContextFactory<AccountingDbContext> contexts,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<HistorySweep> logger) : BackgroundService
{
    public const int StepMax = 1000;
    private const int MeterMonths = 3;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var kept = options.Value;
        await SweepAsync<ActivityRow>(kept.ActivityDays, row => row.At, row => row.Id, cancellationToken);
        await SweepAsync<AuditRow>(kept.AuditDays, row => row.At, row => row.Id, cancellationToken);
        await SweepAsync<UsageRow>(kept.UsageDays, row => row.At, row => row.Id, cancellationToken);
        await SweepMetersAsync(cancellationToken);
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
            LogFailed(logger, exception);
        }
    }

    private async Task SweepAsync<TRow>(
        int days,
        Expression<Func<TRow, DateTimeOffset>> at,
        Expression<Func<TRow, Guid>> id,
        CancellationToken cancellationToken)
        where TRow : class
    {
        if (days == 0) return;
        var before = time.GetUtcNow().AddDays(-days);
        var isOver = Expression.Lambda<Func<TRow, bool>>(
            Expression.LessThan(at.Body, Expression.Constant(before)), at.Parameters);
        while (await StepAsync(isOver, at, id, cancellationToken) == StepMax)
            await Task.Delay(Breath, time, cancellationToken); // Whoever wants to write comes in between.
    }

    private async Task<int> StepAsync<TRow>(
        Expression<Func<TRow, bool>> isOver,
        Expression<Func<TRow, DateTimeOffset>> at,
        Expression<Func<TRow, Guid>> id,
        CancellationToken cancellationToken)
        where TRow : class
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Set<TRow>();
        var ids = await rows.Where(isOver).OrderBy(at).Take(StepMax).Select(id).ToListAsync(cancellationToken);
        if (ids.Count == 0) return 0;
        var isAmong = Expression.Lambda<Func<TRow, bool>>(
            Expression.Call(Expression.Constant(ids), nameof(List<Guid>.Contains), [], id.Body), id.Parameters);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        await rows.Where(isAmong).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    /// <summary>The books of months that nobody reports for any more.</summary>
    private async Task SweepMetersAsync(CancellationToken cancellationToken)
    {
        var oldest = new BillingPeriod(BillingPeriod.At(time.GetUtcNow()).Start.AddMonths(-MeterMonths)).ToString();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        await db.Loans.Where(row => string.Compare(row.Period, oldest) < 0).ExecuteDeleteAsync(cancellationToken);
        await db.Meters.Where(row => string.Compare(row.Period, oldest) < 0).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old history could not be deleted; the next sweep tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
