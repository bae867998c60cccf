using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Metering;

/// <summary>
/// Carries the books to accounting and brings allowances back: twice a second what has changed, and at once where a
/// caller waits. All workspaces share a message, and there is one on its way at a time; what comes up meanwhile goes
/// with the next.
/// </summary>
internal sealed partial class MeterReports(
    Meter meter, IRequests requests, TimeProvider time, IOptions<EdgeOptions> options, ILogger<MeterReports> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Guid _edgeId = Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>A caller may wait for a message under way and then for its own, and still has to be served.</summary>
    private readonly TimeSpan _patience = options.Value.AccountingPatience / 3;

    private ITimer? _timer;
    private long _sequence;
    private int _ticks;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Tick(), null, Interval, Interval);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Nobody calls any more by now: the last report gives back all that was lent.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null) await _timer.DisposeAsync();
        await base.StopAsync(cancellationToken);
        await ReportAsync(isTick: true, isLast: true, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var _ in meter.Rings.ReadAllAsync(stoppingToken))
                await ReportAsync(Interlocked.Exchange(ref _ticks, 0) > 0, isLast: false, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way is told once more by the last report.
        }
    }

    private void Tick()
    {
        Interlocked.Increment(ref _ticks);
        meter.Ring();
    }

    private async Task ReportAsync(bool isTick, bool isLast, CancellationToken cancellationToken)
    {
        var entries = meter.Tell(isTick, isLast);
        if (entries.Count == 0) return;
        try
        {
            var report = new MeterCalls(_edgeId, ++_sequence, [.. entries.Select(entry => entry.Count)]);
            var answer = await requests.AskAsync<MeterCalls, CallsMetered>(
                AccountingQueues.Meter, report, _patience, cancellationToken);
            for (var i = 0; i < entries.Count; i++) entries[i].Book.Take(entries[i].Count, answer.Allowances[i]);

            // After the last report nobody would end a wait.
            meter.IsSilent = isLast;
        }
        catch (Exception exception)
        {
            if (!meter.IsSilent) Unanswered(logger, exception.Message);
            meter.IsSilent = true;
        }
        finally
        {
            foreach (var entry in entries) entry.Waiting?.TrySetResult();
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Accounting does not answer for the count of calls; they go on within a small credit: {reason}")]
    private static partial void Unanswered(ILogger logger, string reason);
}
