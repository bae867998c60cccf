using Availsync.Contracts;

namespace Availsync.Edge.Events;

/// <summary>
/// What the edge knows of the log of one workspace, for all that listen to it here: how far it goes, and the last page
/// that was read. Listeners are mostly at the same place, so they share a question that is under way, and its answer.
/// </summary>
internal sealed class EventFeed(Guid orgId, Func<ReadEvents, Task<EventPage>> read)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Task<EventPage>> _underWay = [];
    private (long After, EventPage Page)? _recent;
    private TaskCompletionSource _moved = New();
    private long _head;

    public Guid OrgId { get; } = orgId;

    /// <summary>The position up to which there are events, as far as the edge has heard.</summary>
    public long Head
    {
        get
        {
            lock (_gate) return _head;
        }
    }

    /// <summary>The log goes at least so far. What comes late changes nothing.</summary>
    public void Advance(long head)
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            if (head <= _head) return;
            _head = head;
            moved = _moved;
            _moved = New();
        }

        moved.SetResult();
    }

    /// <summary>Completes once there is something behind <paramref name="position"/>.</summary>
    public Task BeyondAsync(long position)
    {
        lock (_gate) return _head > position ? Task.CompletedTask : _moved.Task;
    }

    /// <summary>The next events behind <paramref name="after"/>.</summary>
    public async Task<EventPage> ReadAsync(long after, CancellationToken cancellationToken)
    {
        Task<EventPage>? answer;
        lock (_gate)
        {
            if (_recent is { } recent && recent.After == after) return recent.Page;
            if (!_underWay.TryGetValue(after, out answer)) _underWay[after] = answer = AskAsync(after);
        }

        // The question is everybody's: a listener that leaves does not take it away from the others.
        return await answer.WaitAsync(cancellationToken);
    }

    private async Task<EventPage> AskAsync(long after)
    {
        await Task.Yield(); // Not under the lock of whoever asks first.
        try
        {
            var page = await read(new ReadEvents(OrgId, after));
            Advance(page.Last);
            lock (_gate)
            {
                if (page.Events.Count > 0) _recent = (after, page);
            }

            return page;
        }
        finally
        {
            lock (_gate) _underWay.Remove(after);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
