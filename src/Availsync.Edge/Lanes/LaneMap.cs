using System.Diagnostics;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Edge.Telemetry;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Lanes;

/// <summary>A lane for every partition. Asking waits until the reply is there or the deadline has come.</summary>
internal sealed class LaneMap : IAsyncDisposable
{
    private readonly EdgeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Lane[] _lanes;

    public LaneMap(
        IRequests requests,
        EdgeMetrics metrics,
        TimeProvider time,
        IOptions<PartitionOptions> partitions,
        IOptions<EdgeOptions> options,
        ILogger<LaneMap> logger)
    {
        _metrics = metrics;
        _time = time;
        _lanes = [.. Enumerable.Range(0, partitions.Value.Count).Select(partition => new Lane(
            ArbiterQueues.Partition(partition), options.Value.LaneQueueMax, requests, metrics, time, logger))];
    }

    /// <summary>The partition's reply, or null where none came before the command's deadline.</summary>
    public async Task<Reply?> AskAsync(CommandEnvelope envelope, CancellationToken hungUp)
    {
        var patience = envelope.Deadline - _time.GetUtcNow();
        if (patience <= TimeSpan.Zero) return null;
        var command = new PendingCommand(
            Activity.Current is { Recorded: true, Id: { } parent } ? envelope with { TraceParent = parent } : envelope);
        if (!_lanes[envelope.Command.Slot.Partition(_lanes.Length)].TryAdd(command)) return null;
        _metrics.LaneEnters();
        try
        {
            var reply = await command.Reply.WaitAsync(patience, _time, hungUp);
            if (reply is null) _metrics.Unanswered();
            return reply;
        }
        catch (TimeoutException)
        {
            command.GiveUp();
            _metrics.Unanswered();
            return null;
        }
        catch (OperationCanceledException)
        {
            command.GiveUp();
            throw;
        }
        finally
        {
            _metrics.LaneLeaves();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes) await lane.DisposeAsync();
    }
}
