using System.Collections.Concurrent;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Edge.Events;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Events;

/// <summary>Stands for the arbiters and their log of one workspace.</summary>
internal sealed class FakeLog
{
    private const int PageMax = 100;
    private readonly EdgeWorld _world;
    private readonly List<ClaimEvent> _events = [];
    private long _oldest = 1;

    public FakeLog(EdgeWorld world)
    {
        _world = world;
        world.Requests.On<ReadEventHeads>(q => IsSilent
            ? throw new NoAnswerException("silent")
            : new EventHeadsFound([.. q.OrgIds.Select(o => new EventHead(o, o == Some.OrgId ? Head : 0))]));
        world.Requests.OnAsync<ReadEvents>(async (q, token) => await ReadAsync(q, token));
    }

    public bool IsSilent { get; set; }

    /// <summary>What a page waits for.</summary>
    public Func<Task> Pace { get; set; } = () => Task.CompletedTask;

    public ConcurrentQueue<ReadEvents> Reads { get; } = new();

    public long Head
    {
        get
        {
            lock (_events) return _events.Count;
        }
    }

    /// <summary>Logs facts and tells nobody.</summary>
    public void Add(params IEnumerable<ClaimFact> facts)
    {
        lock (_events)
        {
            foreach (var fact in facts)
            {
                var sequence = _events.Count + 1;
                _events.Add(new ClaimEvent(
                    Some.Id(1000 + sequence), Some.OrgId, "repo:owner/repo", sequence, Some.Now, $"r-{sequence}",
                    fact));
            }
        }
    }

    /// <summary>Logs facts and tells the edge.</summary>
    public async Task TellAsync(params ClaimFact[] facts)
    {
        Add(facts);
        await SignalAsync();
    }

    public async Task SignalAsync()
    {
        await using var scope = _world.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<EventSignals>()
            .HandleAsync(new EventsLogged([new EventHead(Some.OrgId, Head)]), CancellationToken.None);
    }

    /// <summary>Keeps nothing before this position.</summary>
    public void Purge(long oldest) => _oldest = oldest;

    private async Task<EventPage> ReadAsync(ReadEvents question, CancellationToken token)
    {
        Reads.Enqueue(question);
        await Pace().WaitAsync(token);
        if (IsSilent) throw new NoAnswerException("silent");
        lock (_events)
        {
            var first = Math.Max(question.After + 1, _oldest);
            return new EventPage(first, [.. _events.Skip((int)first - 1).Take(PageMax)]);
        }
    }
}
