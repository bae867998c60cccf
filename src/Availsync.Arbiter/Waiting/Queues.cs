using System.Threading.Channels;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Durable;
using Availsync.Contracts;

namespace Availsync.Arbiter.Waiting;

/// <summary>When the queue of a root is to be looked at again.</summary>
internal sealed record QueueTurn(string Key, int Partition, Guid OrgId, string Root, DateTimeOffset At);

/// <summary>
/// What the queues need beside decisions: somebody who wakes them when the clock has made a turn, and who tells the doors
/// that answers are there. Neither is written down. A new owner looks at every queue of its partitions, and the doors
/// ask by themselves.
/// </summary>
internal sealed partial class Queues(
    CommandQueue commands,
    PartitionMap partitions,
    IDurablePublisher publisher,
    TimeProvider time,
    ILogger<Queues> logger) : BackgroundService
{
    private static readonly TimeSpan CommandLife = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, QueueTurn> _next = [];
    private readonly PriorityQueue<QueueTurn, DateTimeOffset> _turns = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Channel<Guid> _answered = Channel.CreateUnbounded<Guid>(
        new UnboundedChannelOptions { SingleReader = true });

    /// <summary>After a commit: which roots want to be woken and when, and which calls can fetch an answer.</summary>
    public void Note(IEnumerable<QueueTurn> turns, IReadOnlyList<Guid> answered)
    {
        foreach (var attendance in answered) _answered.Writer.TryWrite(attendance);
        var changed = false;
        lock (_lock)
        {
            foreach (var turn in turns)
            {
                if (_next.TryGetValue(turn.Key, out var known) && known.At <= turn.At) continue;
                _next[turn.Key] = turn;
                _turns.Enqueue(turn, turn.At);
                changed = true;
            }
        }

        if (changed) _changes.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(WakeAsync(stoppingToken), TellAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next owner looks at the queues anew.
        }
    }

    private async Task WakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var partition in TakeDue().ToLookup(turn => turn.Partition))
                _ = ServeAsync([.. partition], cancellationToken);
            await WaitAsync(cancellationToken);
        }
    }

    /// <summary>Until the next turn is due, or there is another one.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay;
        lock (_lock)
        {
            delay = _turns.TryPeek(out var next, out _) ? next.At - time.GetUtcNow() : Timeout.InfiniteTimeSpan;
        }

        if (delay != Timeout.InfiniteTimeSpan && delay <= TimeSpan.Zero) return;
        using var due = new CancellationTokenSource(delay, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await _changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is due.
        }
    }

    private List<QueueTurn> TakeDue()
    {
        var due = new List<QueueTurn>();
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_turns.TryPeek(out var turn, out _) && turn.At <= now)
            {
                _turns.Dequeue();
                if (!_next.TryGetValue(turn.Key, out var current) || current != turn) continue; // An earlier one came.
                _next.Remove(turn.Key);
                due.Add(turn);
            }
        }

        return due;
    }

    private async Task ServeAsync(List<QueueTurn> turns, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + CommandLife;
        var envelopes = turns.ConvertAll(turn => new CommandEnvelope(
            new ServeQueue(turn.OrgId, turn.Root, AfterTakeover: false), deadline, RequestId: null, Idempotency: null));
        var partition = turns[0].Partition;
        var decided = await commands.DecideAsync(partition, new Decide(envelopes));
        var undone = turns.Zip(decided.Replies).Where(pair => pair.Second is not Reply.Answered).ToList();
        if (undone.Count == 0 || partitions.Find(partition) is null || cancellationToken.IsCancellationRequested) return;
        var later = time.GetUtcNow() + RetryDelay; // The store does not answer: as long as the partition is ours, again.
        Note(undone.Select(pair => pair.First with { At = later }), answered: []);
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var calls = new List<Guid>();
        while (await _answered.Reader.WaitToReadAsync(cancellationToken))
        {
            calls.Clear();
            while (_answered.Reader.TryRead(out var attendance)) calls.Add(attendance);
            try
            {
                await publisher.PublishAsync(new WaitsAnswered([.. calls]), cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                NotTold(logger, exception, calls.Count);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{count} waiting calls were not told of their answers; they will ask")]
    private static partial void NotTold(ILogger logger, Exception exception, int count);
}
