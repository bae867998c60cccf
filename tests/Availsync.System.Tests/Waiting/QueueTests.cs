using System.Collections.Concurrent;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Waiting;

/// <summary>Many wait for one repo, and whoever serves them dies, or they do.</summary>
public abstract class QueueTests(Target target) : TargetTests(target)
{
    private protected const int Crowd = 200;
    private const int HungUp = 1000;

    [Fact]
    public async Task A_thousand_that_hang_up_leave_no_place_and_no_claim()
    {
        var workspace = await OwnWorkspace.SignUpAsync(Target);
        var root = NewRoot("hung-up");
        var held = Granted.Of((await workspace.Agent.StartAsync(root, 3600)).Json.GetProperty("claim"));
        for (var gone = 0; gone < HungUp; gone += Crowd)
        {
            using var hangUp = new CancellationTokenSource();
            using var clients = new Callers(workspace, Crowd);
            var waiting = clients.Wait(root, hangUp.Token);
            await QueuedAsync(root, Crowd);
            await hangUp.CancelAsync();
            await Task.WhenAll(waiting);
        }

        Assert.NotNull(await workspace.Agent.TryFinishAsync(held.Id));
        await Target.UntilAsync("free of all places and claims", TimeSpan.FromSeconds(6), async () =>
            (await Target.Store.QueueAsync(root)).Count == 0
            && (await Target.Store.ActiveLeasesAsync(workspace.Id)).Count == 0);
        Assert.Equal("proceed", (await workspace.Agent.StartAsync(root, 60)).Action);
    }

    private protected Task QueuedAsync(string root, int count) => Target.UntilAsync(
        $"{count} in the queue", TimeSpan.FromSeconds(20),
        async () => (await Target.Store.QueueAsync(root)).Count == count);

    /// <summary>Callers that wait with connections of their own, so that each can hang up.</summary>
    private protected sealed class Callers(OwnWorkspace workspace, int count) : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = count });

        public ConcurrentBag<Granted> Granted { get; } = [];

        public ConcurrentBag<string> Others { get; } = [];

        /// <summary>Everybody waits; who is granted something finishes at once.</summary>
        public List<Task> Wait(string root, CancellationToken hangUp) =>
            [.. Enumerable.Range(0, count).Select(number => WaitAsync(root, number, hangUp))];

        public void Dispose() => _http.Dispose();

        private async Task WaitAsync(string root, int number, CancellationToken hangUp)
        {
            var door = workspace.Doors[number % workspace.Doors.Count];
            try
            {
                var answer = await door.WaitAsync(_http, root, priority: number * 7 % 20, hangUp);
                if (answer is not { Status: 200, Action: "proceed" })
                {
                    Others.Add(answer.ToString());
                    return;
                }

                var claim = Work.Granted.Of(answer.Json.GetProperty("claim"));
                Granted.Add(claim);
                while (await door.TryFinishAsync(claim.Id) is not { Status: 200 })
                    await Task.Delay(TimeSpan.FromMilliseconds(100), Target.Clock, hangUp);
            }
            catch (OperationCanceledException) when (hangUp.IsCancellationRequested)
            {
                // It has hung up.
            }
        }
    }
}

[Collection(StandaloneCollection.Name)]
public sealed class StandaloneQueueTests(StandaloneTarget target) : QueueTests(target);

[Collection(PairCollection.Name)]
public sealed class PairQueueTests(PairTarget target) : QueueTests(target)
{
    [Fact]
    public async Task Two_hundred_that_wait_survive_the_owner_and_are_granted_in_order()
    {
        var workspace = await OwnWorkspace.SignUpAsync(Target);
        var root = NewRoot("owner-dies");
        var held = Granted.Of((await workspace.Agent.StartAsync(root, 3600)).Json.GetProperty("claim"));
        using var callers = new Callers(workspace, Crowd);
        var waiting = callers.Wait(root, Target.Stopped);
        await QueuedAsync(root, Crowd);
        var order = await Target.Store.QueueAsync(root);

        await Target.KillAsync();
        await Target.UntilAsync("served by another owner", TimeSpan.FromSeconds(15), async () =>
            await workspace.Agent.TryFinishAsync(held.Id) is { Status: 200 });
        await Task.WhenAll(waiting);
        await Target.RestartAsync();

        Assert.Empty(callers.Others);
        Assert.Equal(order, callers.Granted.OrderBy(claim => claim.Token).Select(claim => claim.Id));
        Assert.Empty(await Target.Store.QueueAsync(root));
        Assert.Empty(await Target.Store.ActiveLeasesAsync(workspace.Id));
    }
}
