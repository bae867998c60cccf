using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Events;

/// <summary>
/// Who listens on this edge, and to what. Their number is bounded, and with it the memory of streams: each holds at
/// most a page that it is writing, and each workspace that is listened to the page that was read last.
/// </summary>
internal sealed partial class EventFeeds(
    IRequests requests,
    IOptions<EventStreamOptions> options,
    IOptions<EdgeOptions> edge,
    ILogger<EventFeeds> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (EventFeed Feed, HashSet<EventListener> Listeners)> _feeds = [];
    private int _count;

    /// <summary>The workspaces that are listened to.</summary>
    public IReadOnlyList<Guid> Orgs
    {
        get
        {
            lock (_gate) return [.. _feeds.Keys];
        }
    }

    /// <summary>A listener more, to be disposed of; null where there are too many, and why.</summary>
    public EventListener? TryListen(Guid orgId, out ApiError? refusal)
    {
        lock (_gate)
        {
            var known = _feeds.TryGetValue(orgId, out var entry);
            refusal = _count >= options.Value.StreamsMax ? Full
                : known && entry.Listeners.Count >= options.Value.StreamsPerWorkspaceMax ? WorkspaceFull
                : null;
            if (refusal is not null) return null;
            if (!known) _feeds[orgId] = entry = (new EventFeed(orgId, ReadAsync), []);
            var listener = new EventListener(entry.Feed, Leave);
            entry.Listeners.Add(listener);
            _count++;
            return listener;
        }
    }

    /// <summary>Logs go at least so far.</summary>
    public void Advance(IEnumerable<EventHead> heads)
    {
        foreach (var head in heads)
        {
            EventFeed? feed;
            lock (_gate) feed = _feeds.TryGetValue(head.OrgId, out var entry) ? entry.Feed : null;
            feed?.Advance(head.Position);
        }
    }

    /// <summary>A workspace has changed: whoever listens to it has to show its credential once more.</summary>
    public void Doubt(Guid orgId)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(orgId, out var entry)) return;
            foreach (var listener in entry.Listeners) listener.Doubt();
        }
    }

    /// <summary>Changes may have been missed.</summary>
    public void DoubtAll()
    {
        foreach (var org in Orgs) Doubt(org);
    }

    private static ApiError Full { get; } = new(
        429, "rate_limited", "This instance serves as many event streams as it may; try again, or another one.")
    {
        RetryAfterSeconds = 5,
    };

    private static ApiError WorkspaceFull { get; } = new(
        429, "rate_limited", "The workspace has as many event streams open here as it may; close one first.")
    {
        RetryAfterSeconds = 5,
    };

    private async Task<EventPage> ReadAsync(ReadEvents question)
    {
        try
        {
            return await requests.AskAsync<ReadEvents, EventPage>(
                EventQueues.Pages, question, edge.Value.Patience, CancellationToken.None);
        }
        catch (NoAnswerException exception)
        {
            Unanswered(logger, exception.Message);
            throw;
        }
    }

    private void Leave(EventListener listener)
    {
        lock (_gate)
        {
            var (_, listeners) = _feeds[listener.Feed.OrgId];
            if (!listeners.Remove(listener)) return;
            _count--;
            if (listeners.Count == 0) _feeds.Remove(listener.Feed.OrgId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be read; listeners wait: {reason}")]
    private static partial void Unanswered(ILogger logger, string reason);
}

/// <summary>One who listens, until disposed of.</summary>
internal sealed class EventListener(EventFeed feed, Action<EventListener> leave) : IDisposable
{
    private readonly SemaphoreSlim _doubts = new(0, 1);
    private int _left;

    public EventFeed Feed { get; } = feed;

    /// <summary>Its credential may not hold any more. Doubts that come before the answer fold into one.</summary>
    public void Doubt()
    {
        if (_doubts.CurrentCount == 0) _doubts.Release();
    }

    /// <summary>Waits for the next doubt.</summary>
    public Task DoubtedAsync(CancellationToken cancellationToken) => _doubts.WaitAsync(cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0) leave(this);
    }
}
