using System.Collections.Concurrent;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Operations;

/// <summary>
/// Clients as they should be: each starts runs and finishes them, one after the other, and repeats a call that was not
/// answered, with its key, at the next edge.
/// </summary>
internal sealed class SteadyWork
{
    private const int Agents = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<WorkClient> _doors;
    private readonly List<Task> _agents;
    private int _repeats;
    private int _runs;
    private volatile bool _over;

    private SteadyWork(IReadOnlyList<WorkClient> doors)
    {
        _doors = doors;
        _agents = [.. Enumerable.Range(0, Agents).Select(agent => Task.Run(() => RunAsync(agent)))];
    }

    /// <summary>How many calls had to be repeated.</summary>
    public int Repeats => Volatile.Read(ref _repeats);

    private string Prefix { get; } = $"repo:steady-{OwnWorkspace.NewText()}/";

    private ConcurrentBag<Granted> Granted { get; } = [];

    public static async Task<SteadyWork> BeginAsync(params WorkClient[] doors)
    {
        var work = new SteadyWork(doors);
        await work.GoesOnAsync();
        return work;
    }

    /// <summary>Waits until each client may have been through some more runs.</summary>
    public async Task GoesOnAsync()
    {
        var goal = Volatile.Read(ref _runs) + (5 * Agents);
        await Target.UntilAsync("worked", Patience, () =>
        {
            foreach (var agent in _agents.Where(agent => agent.IsFaulted)) agent.GetAwaiter().GetResult();
            return Task.FromResult(Volatile.Read(ref _runs) >= goal);
        });
    }

    /// <summary>Ends it, and holds what was answered against the store: all of it is there, and nothing else.</summary>
    public async Task EndAsync(Target target)
    {
        _over = true;
        await Task.WhenAll(_agents);
        var stored = (await target.Store.ClaimsAsync(Prefix)).ToDictionary(claim => claim.Id);
        Assert.Equal(Granted.Select(claim => (claim.Id, claim.Token)).Order(),
            stored.Values.Select(claim => (claim.Id, claim.Token)).Order());
        Assert.All(stored.Values, claim => Assert.Equal("released", claim.Status));
    }

    private async Task RunAsync(int agent)
    {
        for (var round = 0; !_over; round++)
        {
            var resource = $"{Prefix}{agent}-{round}";
            var started = await AskAsync(agent, door => door.TryStartAsync(resource, 3600, resource));
            Assert.Equal("proceed", started.Expect(200).Action);
            var claim = Work.Granted.Of(started.Json.GetProperty("claim"));
            Granted.Add(claim);
            (await AskAsync(agent, door => door.TryFinishAsync(claim.Id, "end-" + resource))).Expect(200);
            Interlocked.Increment(ref _runs);
        }
    }

    private async Task<Answer> AskAsync(int agent, Func<WorkClient, Task<Answer?>> call)
    {
        var began = Target.Clock.GetTimestamp();
        for (var door = agent; ; door++)
        {
            var answer = await call(_doors[door % _doors.Count]);
            if (answer is not (null or { Status: 503 } or { Status: 409, Error: "idempotency_in_progress" }))
                return answer;
            Assert.True(Target.Clock.GetElapsedTime(began) < Patience, $"Not answered: {answer}");
            Interlocked.Increment(ref _repeats);
            await Task.Delay(Pause, Target.Clock);
        }
    }
}
