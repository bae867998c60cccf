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
        await SweepAsync<ActivityRow>(kept.ActivityDays, cancellationToken);
        await SweepAsync<AuditRow>(kept.AuditDays, cancellationToken);
        await SweepAsync<UsageRow>(kept.UsageDays, cancellationToken);
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

    private async Task SweepAsync<TRow>(int days, CancellationToken cancellationToken)
        where TRow : class, IHistoryRow
    {
        if (days == 0) return;
        var before = time.GetUtcNow().AddDays(-days);
        while (await StepAsync<TRow>(before, cancellationToken) == StepMax)
            await Task.Delay(Breath, time, cancellationToken); // Whoever wants to write comes in between.
    }

    /// <summary>One statement: what another instance has deleted while it waited for the rows is not there any more.</summary>
    private async Task<int> StepAsync<TRow>(DateTimeOffset before, CancellationToken cancellationToken)
        where TRow : class, IHistoryRow
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var oldest = db.Set<TRow>().Where(row => row.At < before).OrderBy(row => row.At).Take(StepMax)
            .Select(row => row.Id);
        var deleted = await db.Set<TRow>().Where(row => oldest.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
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
