using System.Threading.Channels;
using Availsync.Contracts;
using Availsync.Edge.Telemetry;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Traffic;

/// <summary>
/// Records on their way out, in the order of the answers. Its length is bounded: where the broker stays away for long,
/// what does not fit is dropped and counted, since calls go before records of calls.
/// </summary>
internal sealed partial class TrafficQueue(
    EdgeMetrics metrics, TimeProvider time, IOptions<EdgeOptions> options, ILogger<TrafficQueue> logger)
{
    /// <summary>The most records in a message.</summary>
    public const int BatchMax = 500;

    private static readonly TimeSpan WarningPause = TimeSpan.FromMinutes(1);

    private readonly Channel<TrafficRecord> _waiting = Channel.CreateBounded<TrafficRecord>(
        new BoundedChannelOptions(options.Value.TrafficQueueMax) { SingleReader = true });

    private readonly Lock _gate = new();
    private long _dropped;
    private long? _warnedAt;

    /// <summary>How many records found no room.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate) return _dropped;
        }
    }

    /// <summary>Takes the record along, if there is room. Never waits.</summary>
    public void Add(TrafficRecord record)
    {
        if (!_waiting.Writer.TryWrite(record)) Drop();
    }

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>The next records, as many as a message takes; none where nothing more comes.</summary>
    public async ValueTask<IReadOnlyList<TrafficRecord>> NextAsync(CancellationToken cancellationToken)
    {
        var batch = new List<TrafficRecord>();
        if (!await _waiting.Reader.WaitToReadAsync(cancellationToken)) return batch;
        while (batch.Count < BatchMax && _waiting.Reader.TryRead(out var record)) batch.Add(record);
        return batch;
    }

    private void Drop()
    {
        metrics.RecordDropped();
        lock (_gate)
        {
            _dropped++;
            if (_warnedAt is { } at && time.GetElapsedTime(at) < WarningPause) return;
            _warnedAt = time.GetTimestamp();
            Full(logger, _dropped);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The queue of traffic records is full; {dropped} have been dropped since the start")]
    private static partial void Full(ILogger logger, long dropped);
}
