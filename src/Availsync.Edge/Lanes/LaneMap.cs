using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Lanes;

/// <summary>A lane for every partition. Asking waits until the reply is there or the deadline has come.</summary>
internal sealed class LaneMap : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Lane[] _lanes;

    public LaneMap(
        IRequests requests,
        TimeProvider time,
        IOptions<PartitionOptions> partitions,
        IOptions<EdgeOptions> options,
        ILogger<LaneMap> logger)
    {
        _time = time;
        _lanes = [.. Enumerable.Range(0, partitions.Value.Count).Select(partition => new Lane(
            ArbiterQueues.Partition(partition), options.Value.LaneQueueMax, requests, time, logger))];
    }

    /// <summary>The partition's reply, or null where none came before the command's deadline.</summary>
    public async Task<Reply?> AskAsync(CommandEnvelope envelope, CancellationToken hungUp)
    {
        var patience = envelope.Deadline - _time.GetUtcNow();
        if (patience <= TimeSpan.Zero) return null;
        var command = new PendingCommand(envelope);
        if (!_lanes[envelope.Command.Slot.Partition(_lanes.Length)].TryAdd(command)) return null;
        try
        {
            return await command.Reply.WaitAsync(patience, _time, hungUp);
        }
        catch (TimeoutException)
        {
            command.GiveUp();
            return null;
        }
        catch (OperationCanceledException)
        {
            command.GiveUp();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes) await lane.DisposeAsync();
    }
}
