using Availsync.Bus.Durable;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Traffic;

/// <summary>
/// Publishes records behind the calls' back: in order, each until it is safe. In one process with accounting that means
/// until accounting has stored it, which is why no call may wait for this.
/// </summary>
internal sealed partial class TrafficPublisher(
    TrafficQueue queue,
    IDurablePublisher publisher,
    IOptions<EdgeOptions> options,
    TimeProvider time,
    ILogger<TrafficPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Between two messages. A lone record leaves at once and a crowd travels together: each message is a transaction
    /// of accounting's, and few large ones keep up where many small ones do not.
    /// </summary>
    private readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(options.Value.TrafficGatherMilliseconds);

    /// <summary>How long a stop waits for what is left. The server has stopped before, so nothing more comes.</summary>
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _givingUp = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Complete();
        await using var bound = time.CreateTimer(
            _ => _givingUp.Cancel(), null, DrainWithin, Timeout.InfiniteTimeSpan);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _givingUp.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await queue.NextAsync(_givingUp.Token) is { Count: > 0 } records)
            {
                await PublishAsync(new TrafficRecords(records), stoppingToken);
                if (records.Count == TrafficQueue.BatchMax) continue;
                await Task.Delay(_gathering, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (_givingUp.IsCancellationRequested)
        {
            LeftBehind(logger);
        }
    }

    private async Task PublishAsync(TrafficRecords records, CancellationToken stoppingToken)
    {
        for (var pause = PauseMin; !await TryPublishAsync(records); pause = Longer(pause))
        {
            // At a stop the time is short: no long pause that has begun before is waited for.
            var awake = stoppingToken.IsCancellationRequested ? _givingUp.Token : stoppingToken;
            if (stoppingToken.IsCancellationRequested) pause = PauseMin;
            await Task.Delay(pause, time, awake).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryPublishAsync(TrafficRecords records)
    {
        try
        {
            await publisher.PublishAsync(records, _givingUp.Token);
            return true;
        }
        catch (Exception exception)
        {
            _givingUp.Token.ThrowIfCancellationRequested();
            NotPublished(logger, records.Records.Count, exception.Message);
            return false;
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < PauseMax ? pause * 2 : PauseMax;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{count} traffic records have not been taken: {reason}")]
    private static partial void NotPublished(ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The service stops before all traffic records were taken")]
    private static partial void LeftBehind(ILogger logger);
}
