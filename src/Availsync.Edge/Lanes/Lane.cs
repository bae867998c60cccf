using System.Threading.Channels;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Edge.Telemetry;

namespace Availsync.Edge.Lanes;

/// <summary>
/// The way to one partition. What has gathered goes out as one message; while that one is on its way the next commands
/// gather. There is no timer: a lone command leaves at once, and a crowd travels together.
/// </summary>
internal sealed partial class Lane : IAsyncDisposable
{
    private const int CommandsMax = 256;
    private const int WeightMax = 1024 * 1024;
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(400);

    private readonly string _queueName;
    private readonly IRequests _requests;
    private readonly EdgeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<PendingCommand> _waiting;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Lane(
        string queueName, int waitingMax, IRequests requests, EdgeMetrics metrics, TimeProvider time, ILogger logger)
    {
        _queueName = queueName;
        _requests = requests;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<PendingCommand>(new BoundedChannelOptions(waitingMax) { SingleReader = true });
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes the command along; false where too many wait already.</summary>
    public bool TryAdd(PendingCommand command) => _waiting.Writer.TryWrite(command);

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _running;
        while (_waiting.Reader.TryRead(out var command)) command.Resolve(null);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingCommand>();
        var pause = PauseMin;
        try
        {
            while (batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(_stopping.Token))
            {
                Gather(batch);
                if (batch.Count == 0) continue;
                var again = await SendAsync(batch);
                pause = again.Count == 0 ? PauseMin : pause;
                batch = again;
                if (again.Count == 0) continue;
                await Task.Delay(pause, _time, _stopping.Token);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            batch.ForEach(command => command.Resolve(null));
        }
    }

    /// <summary>Fills up the batch, behind what must be sent again: commands keep their order of arrival.</summary>
    private void Gather(List<PendingCommand> batch)
    {
        var now = _time.GetUtcNow();
        batch.RemoveAll(command => !IsWorthSending(command, now));
        var weight = batch.Sum(command => command.Weight);
        while (batch.Count < CommandsMax && _waiting.Reader.TryPeek(out var next))
        {
            if (batch.Count > 0 && weight + next.Weight > WeightMax) return;
            _waiting.Reader.TryRead(out _);
            if (!IsWorthSending(next, now)) continue;
            batch.Add(next);
            weight += next.Weight;
        }
    }

    private static bool IsWorthSending(PendingCommand command, DateTimeOffset now)
    {
        if (!command.IsGivenUp && now < command.Envelope.Deadline) return true;
        command.Resolve(null);
        return false;
    }

    /// <summary>Sends the batch and hands out the replies; returns what was not decided and may go once more.</summary>
    private async Task<List<PendingCommand>> SendAsync(List<PendingCommand> batch)
    {
        _metrics.LaneSends(batch.Count);
        var decided = await AskAsync(batch);
        var again = new List<PendingCommand>();
        for (var i = 0; i < batch.Count; i++)
        {
            if (decided?.Replies[i] is Reply.Undecided) again.Add(batch[i]);
            else batch[i].Resolve(decided?.Replies[i]);
        }

        return again;
    }

    private async Task<Decided?> AskAsync(List<PendingCommand> batch)
    {
        using var scope = _logger.BeginRequests(batch.Select(command => command.Envelope.RequestId));
        var timeout = batch.Max(command => command.Envelope.Deadline) - _time.GetUtcNow();
        try
        {
            var question = new Decide(batch.ConvertAll(command => command.Envelope));
            var decided = await _requests.AskAsync<Decide, Decided>(_queueName, question, timeout, _stopping.Token);
            if (decided.Replies.Count == batch.Count) return decided;
            WrongCount(_logger, _queueName, decided.Replies.Count, batch.Count);
        }
        catch (Exception exception)
        {
            if (!_stopping.IsCancellationRequested)
                Unanswered(_logger, _queueName, batch.Count, exception.Message);
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{queue} has not answered {count} commands: {reason}")]
    private static partial void Unanswered(ILogger logger, string queue, int count, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{queue} has sent {replies} replies to {count} commands")]
    private static partial void WrongCount(ILogger logger, string queue, int replies, int count);
}
