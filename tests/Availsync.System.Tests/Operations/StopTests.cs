using System.Text.Json;
using Availsync.System.Tests.Fleet;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Operations;

/// <summary>
/// SIGTERM to a service in the middle of its work. Each is a child of the test's own beside those of the stack, so that
/// its exit code is seen.
/// </summary>
[Collection(OperatedCollection.Name)]
public sealed class StopTests(OperatedTarget target) : TargetTests(target)
{
    private const int Waiters = 5;
    private const int Listeners = 3;

    /// <summary>Well within the time that a process has by default, which is 30 s.</summary>
    private static readonly TimeSpan Stops = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_edge_answers_all_that_is_under_way_sends_on_who_waits_and_no_listener_misses_anything()
    {
        var own = await OwnWorkspace.SignUpAsync(Target, "unlimited");
        using var edge = OwnService.Start("Availsync.Edge", target.ServiceSettings);
        var door = await edge.ListeningAsync();
        await ReadyAsync(door);
        var agent = Target.ClientOf(own.Key, door);
        (await agent.StartAsync(NewRoot("warm"), 5)).Expect(200); // The first call of a process compiles it.
        var root = NewRoot("stop-edge");
        var held = Granted.Of((await own.Agent.StartAsync(root, 600)).Json.GetProperty("claim"));
        using var line = Line();
        var waiting = await WaitAsync(agent, line, root);
        var listeners = Enumerable.Range(0, Listeners).Select(_ => new Listening(line, own.Key)).ToList();
        var streams = await Task.WhenAll(listeners.Select(listener => listener.OpenAsync(door, Target.Stopped)));
        var work = await SteadyWork.BeginAsync(agent, own.Agent);
        await UnderWayAsync(door, Waiters);
        using var half = await HalfSentCall.BeginAsync(
            door, "/v1/work/run/start", $$"""{"resource":"{{NewRoot("half")}}"}""", "Authorization: Bearer " + own.Key);

        var stopping = edge.TerminateAsync(Stops);

        await Task.WhenAll(streams).WaitAsync(Within, Clock); // None of them has been cut off.
        var (status, body) = await half.EndAsync();
        var answers = await Task.WhenAll(waiting).WaitAsync(Within, Clock);
        await stopping;
        Assert.Equal("HTTP/1.1 200 OK", status);
        using var answer = JsonDocument.Parse(body);
        var late = Granted.Of(answer.RootElement.GetProperty("claim"));
        Assert.Contains(await Target.Store.ActiveLeasesAsync(own.Id), lease => lease.Id == late.Id);

        // Who has waited goes on waiting elsewhere, at the place that it had.
        var tickets = answers.Select(Ticket).OrderBy(ticket => ticket.Position).ToList();
        Assert.Equal(Enumerable.Range(1, Waiters), tickets.Select(ticket => ticket.Position));
        (await own.Agent.TryFinishAsync(held.Id))!.Expect(200);
        var next = await own.Agent.AskAsync(
            "POST", "/v1/work/run/start", new { resource = root, wait_seconds = 5, ticket = tickets[0].Text });
        Assert.Equal("proceed", next.Expect(200).Action);

        await work.GoesOnAsync();
        await work.EndAsync(Target);
        using var hangUp = new CancellationTokenSource();
        var again = await Task.WhenAll(listeners.Select(listener => listener.OpenAsync(Target.Doors[0], hangUp.Token)));
        await RelayedAsync();
        foreach (var listener in listeners) await listener.HearsAllAsync(Target, own.Id);
        await HangUpAsync(hangUp, again);
    }

    [Fact]
    public async Task The_only_arbiter_answers_what_it_has_taken_and_who_waits_or_listens_is_served_by_the_next_one()
    {
        var own = await OwnWorkspace.SignUpAsync(Target, "unlimited");
        using var arbiter = OwnService.Start("Availsync.Arbiter", target.ServiceSettings);
        var address = await arbiter.ListeningAsync();
        await ReadyAsync(address);
        await FleetView.UntilSharedAsync(target, 2, Within);
        var root = NewRoot("stop-arbiter");
        var held = Granted.Of((await own.Agent.StartAsync(root, 600)).Json.GetProperty("claim"));
        using var line = Line();
        var waiting = await WaitAsync(own.Agent, line, root);
        using var hangUp = new CancellationTokenSource();
        var listener = new Listening(line, own.Key);
        var stream = await listener.OpenAsync(Target.Doors[0], hangUp.Token);
        var work = await SteadyWork.BeginAsync(own.Agent);

        // Another one takes over, so nobody notices.
        await target.StackAsync("stop", "arbiter", "1");
        await work.GoesOnAsync();
        Assert.Equal(0, work.Repeats);

        // Nobody does: what was taken is answered, the next calls are told so, and repeat.
        Task<Answer> taken;
        Task stopping;
        await using (await TableLock.TakeAsync(target.ServiceSettings["Storage__ConnectionString"], "arbiter.claims"))
        {
            taken = own.Agent.StartAsync(NewRoot("taken"), 600);
            await Target.UntilAsync("taken", Within, async () =>
                (await MetricsPage.ReadAsync(Target, address)).Sum("availsync_partition_queue_depth") >= 1);
            stopping = arbiter.TerminateAsync(Stops);
            await Target.UntilAsync("about to stop", Within, async () => !await IsReadyAsync(address));
        }

        Assert.Equal("proceed", (await taken).Expect(200).Action);
        await stopping;
        Assert.True(!arbiter.Errors.Any(), string.Join('\n', arbiter.Errors));
        await target.StackAsync("start", "arbiter", "1");
        await work.GoesOnAsync();
        await work.EndAsync(Target);

        Assert.All(waiting, waiter => Assert.False(waiter.IsCompleted));
        (await own.Agent.TryFinishAsync(held.Id))!.Expect(200);
        for (var left = waiting.ToList(); left.Count > 0;)
        {
            var served = await Task.WhenAny(left).WaitAsync(Within, Clock);
            left.Remove(served);
            var claim = Granted.Of((await served).Expect(200).Json.GetProperty("claim"));
            (await own.Agent.TryFinishAsync(claim.Id))!.Expect(200);
        }

        await RelayedAsync();
        await listener.HearsAllAsync(Target, own.Id);
        Assert.False(stream.IsCompleted);
        await HangUpAsync(hangUp, stream);
    }

    [Fact]
    public async Task Accounting_answers_the_call_it_has_and_leaves_no_record_behind()
    {
        var own = await OwnWorkspace.SignUpAsync(Target, "unlimited");
        using var accounting = OwnService.Start("Availsync.Accounting", target.ServiceSettings);
        var address = await accounting.ListeningAsync();
        await ReadyAsync(address);
        using var edge = OwnService.Start("Availsync.Edge", new Dictionary<string, string>(target.ServiceSettings)
        {
            ["Accounting__Address"] = address.ToString(),
        });
        var door = await edge.ListeningAsync();
        await ReadyAsync(door);
        var people = new WorkClient(Target.At(door));
        var credentials = new { email = own.Email, password = own.Password };
        (await people.AskAsync("POST", "/v1/auth/login", credentials)).Expect(200);
        var work = await SteadyWork.BeginAsync(own.Agent);
        Task<Answer> signIn;
        Task stopping;
        await using (await TableLock.TakeAsync(target.ServiceSettings["Storage__ConnectionString"], "accounting.people"))
        {
            signIn = people.AskAsync("POST", "/v1/auth/login", credentials);
            await UnderWayAsync(address, 1);
            stopping = accounting.TerminateAsync(Stops);
            await Target.UntilAsync("about to stop", Within, async () => !await IsReadyAsync(address));
        }

        (await signIn).Expect(200);
        await stopping;
        Assert.True(!accounting.Errors.Any(), string.Join('\n', accounting.Errors));
        await work.GoesOnAsync();
        Assert.Equal(0, work.Repeats);
        await work.EndAsync(Target);
        await RelayedAsync();
        var events = (await Target.Store.LogAsync(own.Id)).ConvertAll(happening => happening.EventId);
        await Target.UntilAsync("taken over", Within, async () =>
            !events.Except(await Target.Accounts.AuditedAsync(own.Id)).Any());
        await edge.TerminateAsync(Stops);
    }

    private static HttpClient Line() => new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
    {
        Timeout = TimeSpan.FromSeconds(100),
    };

    /// <summary>Some that wait for their turn, each of which has its place already.</summary>
    private async Task<List<Task<Answer>>> WaitAsync(WorkClient agent, HttpClient line, string root)
    {
        var waiting = Enumerable.Range(0, Waiters)
            .Select(_ => agent.WaitAsync(line, root, priority: 100, Target.Stopped)).ToList();
        await Target.UntilAsync("in the queue", Within, async () =>
        {
            foreach (var waiter in waiting.Where(waiter => waiter.IsCompleted)) Assert.Fail((await waiter).ToString());
            return (await Target.Store.QueueAsync(root)).Count == Waiters;
        });
        return waiting;
    }

    private static (int Position, string Text) Ticket(Answer answer)
    {
        Assert.Equal("skip_run", answer.Expect(200).Action);
        var queue = answer.Json.GetProperty("queue");
        return (queue.GetProperty("position").GetInt32(), queue.GetProperty("ticket").GetString()!);
    }

    /// <summary>Waits until the service itself says that it has so many POSTs at least.</summary>
    private async Task UnderWayAsync(Uri service, int count) => await Target.UntilAsync("under way", Within, async () =>
        (await MetricsPage.ReadAsync(Target, service)).Sum(
            "http_server_active_requests", "http_request_method=\"POST\"") >= count);

    private async Task ReadyAsync(Uri service) => await Target.UntilAsync("ready", Within, () => IsReadyAsync(service));

    private async Task<bool> IsReadyAsync(Uri service)
    {
        try
        {
            using var answer = await Target.At(service).GetAsync("/health/ready", Target.Stopped);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task RelayedAsync() => await Target.UntilAsync("relayed", Within, async () =>
        await Target.Store.UnpublishedAsync() == 0);

    /// <summary>The streams are still there; it is their listener who leaves.</summary>
    private static async Task HangUpAsync(CancellationTokenSource hangUp, params Task[] streams)
    {
        Assert.All(streams, stream => Assert.False(stream.IsCompleted));
        await hangUp.CancelAsync();
        foreach (var stream in streams) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream);
    }
}
