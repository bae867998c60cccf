using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Availsync.Arbiter.Events;
using Availsync.Arbiter.Relay;
using Availsync.Bus.Durable;
using Availsync.Bus.Tests.Backlogs;
using Availsync.Contracts;
using Availsync.Storage;
using Availsync.Views;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Arbiter.Tests.Relay;

/// <summary>What was committed is published in its order, at least once, whoever owns the partition by then.</summary>
public abstract class RelaySuite(StorageProvider provider)
{
    [Fact]
    public async Task Events_are_published_in_the_order_of_their_commits_and_then_deleted()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var broker = new Broker();
        await using var relay = await RunAsync(world, arbiter, broker);

        var claims = new List<ClaimId>();
        for (var n = 0; n < 5; n++)
        {
            var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b")));
            claims.Add(granted.Claim.Id);
            await arbiter.DecideAsync(new FinishRun(world.Agent(), granted.Claim.Id, null, null));
        }

        var events = await broker.TakeAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal(claims, events.Select(e => e.Fact).OfType<ClaimReleased>().Select(f => f.Claim.Id));
        while ((await world.EventsAsync()).Count > 0) await Task.Yield();
    }

    [Fact]
    public async Task What_a_predecessor_left_behind_comes_before_what_is_new()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await world.TakeOverAsync();
        await first.DecideAsync(world.Start("repo:a/b"));
        await first.DecideAsync(world.Start("repo:a/b", agent: 2));

        var second = await world.TakeOverAsync();
        var broker = new Broker();
        await using var relay = await RunAsync(world, second, broker);
        second.Relay.Set();
        await second.DecideAsync(world.Start("repo:a/b", agent: 3));

        Assert.Equal([1L, 2L, 3L], (await broker.TakeAsync(3)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task An_event_that_the_broker_did_not_take_is_kept_and_published_later()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var broker = new Broker { IsDown = true };
        await using var relay = await RunAsync(world, arbiter, broker);
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        await broker.RefusedAsync();
        Assert.Single(await world.EventsAsync());

        broker.IsDown = false;
        await broker.AdvanceUntilTakenAsync(world.Time);
        Assert.Equal(1, Assert.Single(await broker.TakeAsync(1)).Sequence);
    }

    [Fact]
    public async Task Those_outside_get_what_the_stream_shows_in_its_order_and_nothing_else()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var broker = new Broker();
        await using var relay = await RunAsync(world, arbiter, broker);
        var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b")));
        await arbiter.DecideAsync(world.Start("repo:a/b", agent: 2) with { Mode = ArbitrationMode.Observe });
        await arbiter.DecideAsync(new FinishRun(world.Agent(), granted.Claim.Id, null, null));

        var facts = await broker.TakeAsync(3);
        Assert.IsType<RunObserved>(facts[1].Fact);
        var messages = await broker.TakeFromTopicAsync(2);
        Assert.Equal([EventType.Granted, EventType.Released], messages.Select(m => m.Type));
        foreach (var (fact, message) in new[] { facts[0], facts[2] }.Zip(messages))
        {
            Assert.Equal(EventView.JsonOf(EventView.Of(fact)!), message.Body.ToArray());
            Assert.Equal((fact.EventId, fact.At), (message.Id, message.At));
            Assert.Equal(world.OrgId.ToString(), message.Headers["org_id"]);
            Assert.Equal(fact.Root, message.Headers["root"]);
            Assert.Equal(fact.Sequence, message.Headers["sequence"]);
            Assert.Equal(fact.RequestId, message.Headers["request_id"]);
        }
    }

    [Fact]
    public async Task What_those_outside_did_not_get_stays_in_the_outbox_and_is_published_again()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var broker = new Broker { IsDeafToTopics = true };
        await using var relay = await RunAsync(world, arbiter, broker);
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        await broker.RefusedAsync();
        Assert.Single(await world.EventsAsync());
        Assert.Empty((await LogAsync(world)).Events);

        broker.IsDeafToTopics = false;
        await broker.AdvanceUntilTakenFromTopicAsync(world.Time);
        var published = await broker.TakeAsync(2);
        Assert.Equal(published[0].EventId, published[1].EventId);
        Assert.Equal(published[0].EventId, Assert.Single(await broker.TakeFromTopicAsync(1)).Id);
    }

    [Fact]
    public async Task What_was_published_is_in_the_log_once_and_listeners_are_told_how_far_it_goes()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var broker = new Broker();
        await using var relay = await RunAsync(world, arbiter, broker);
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        await arbiter.DecideAsync(world.Start("repo:c/d"));

        var published = await broker.TakeAsync(2);
        while ((await broker.ToldAsync()).Position < 2)
        {
        }

        Assert.Equal(published, (await LogAsync(world)).Events);
    }

    [Fact]
    public async Task Two_relays_of_the_same_rows_log_each_event_once_and_in_order()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var former = await world.TakeOverAsync();
        for (var agent = 1; agent <= 3; agent++) await former.DecideAsync(world.Start("repo:a/b", agent));

        // The former owner has read the rows and is publishing them when the next one takes over and relays them too.
        var slow = new Broker { Held = new TaskCompletionSource() };
        await using var formerRelay = await RunAsync(world, former, slow);
        former.Relay.Set();
        await slow.TakeAsync(3);
        var owner = await world.TakeOverAsync();
        await owner.DecideAsync(world.Start("repo:a/b", agent: 4));
        var broker = new Broker();
        await using var relay = await RunAsync(world, owner, broker);
        owner.Relay.Set();
        while ((await broker.ToldAsync()).Position < 4)
        {
        }

        slow.Held.SetResult();
        former.Relay.Set();
        await formerRelay.DisposeAsync();
        Assert.Equal([1L, 2L, 3L, 4L], (await LogAsync(world)).Events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task How_much_waits_and_since_when_is_measured_whoever_owns_the_partition()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await arbiter.DecideAsync(world.Start("repo:c/d"));
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var watch = new EventBacklog(world.Contexts, meters, world.Time, NullLogger<EventBacklog>.Instance);
        Assert.Empty(Gauges.Of(meters, "availsync.relay"));

        await watch.RefreshAsync(default);
        Assert.Equal(
            new Dictionary<string, double> { ["availsync.relay.waiting"] = 2, ["availsync.relay.age"] = 30 },
            Gauges.Of(meters, "availsync.relay"));

        var broker = new Broker();
        await using var relay = await RunAsync(world, arbiter, broker);
        arbiter.Relay.Set();
        while ((await world.EventsAsync()).Count > 0) await Task.Yield();
        await watch.RefreshAsync(default);
        Assert.Equal(0, Gauges.Of(meters, "availsync.relay")["availsync.relay.waiting"]);
    }

    private static async Task<EventPage> LogAsync(ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await new EventReads(context).HandleAsync(new ReadEvents(world.OrgId, 0), default);
    }

    private static async Task<Running> RunAsync(ArbiterWorld world, ArbiterWorld.Instance arbiter, Broker broker)
    {
        var relay = new EventRelay(
            arbiter.Map, world.Contexts, broker, broker, arbiter.Relay, ArbiterWorld.Instance.Decisions, world.Time,
            NullLogger<EventRelay>.Instance);
        await relay.StartAsync(default);
        return new Running(relay);
    }

    private sealed class Running(EventRelay relay) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await relay.StopAsync(default);
    }

    private sealed class Broker : IDurablePublisher, ITopicPublisher
    {
        private readonly Channel<TopicMessage> _topic = Channel.CreateUnbounded<TopicMessage>();
        private readonly Channel<ClaimEvent> _events = Channel.CreateUnbounded<ClaimEvent>();
        private readonly Channel<bool> _refusals = Channel.CreateUnbounded<bool>();
        private readonly Channel<EventHead> _told = Channel.CreateUnbounded<EventHead>();

        public volatile bool IsDown;

        /// <summary>Whether it takes what is for our own services, but not what is for those outside.</summary>
        public volatile bool IsDeafToTopics;

        /// <summary>What a message waits for after it has been taken.</summary>
        public TaskCompletionSource? Held { get; init; }

        public async Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
            where TMessage : class
        {
            if (IsDown)
            {
                _refusals.Writer.TryWrite(true);
                throw new IOException("The broker is down.");
            }

            if (message is EventsLogged logged)
            {
                foreach (var head in logged.Heads) _told.Writer.TryWrite(head);
                return;
            }

            foreach (var one in Assert.IsType<ClaimEvents>(message).Events) _events.Writer.TryWrite(one);
            if (Held is { } held) await held.Task.WaitAsync(cancellationToken);
        }

        public Task PublishAsync(
            string exchange, IEnumerable<TopicMessage> messages, CancellationToken cancellationToken)
        {
            Assert.Equal(EventTopic.Exchange, exchange);
            if (IsDown) throw new IOException("The broker is down.");
            if (IsDeafToTopics)
            {
                _refusals.Writer.TryWrite(true);
                throw new IOException("The broker does not take messages of topics.");
            }

            foreach (var message in messages) _topic.Writer.TryWrite(message);
            return Task.CompletedTask;
        }

        public async Task<List<TopicMessage>> TakeFromTopicAsync(int count)
        {
            var messages = new List<TopicMessage>();
            while (messages.Count < count) messages.Add(await _topic.Reader.ReadAsync());
            return messages;
        }

        public async Task<EventHead> ToldAsync() => await _told.Reader.ReadAsync();

        public async Task RefusedAsync() => await _refusals.Reader.ReadAsync();

        public Task AdvanceUntilTakenAsync(FakeTimeProvider time) =>
            AdvanceAsync(time, _events.Reader.WaitToReadAsync().AsTask());

        public Task AdvanceUntilTakenFromTopicAsync(FakeTimeProvider time) =>
            AdvanceAsync(time, _topic.Reader.WaitToReadAsync().AsTask());

        private static async Task AdvanceAsync(FakeTimeProvider time, Task taken)
        {
            while (!taken.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        public async Task<List<ClaimEvent>> TakeAsync(int count)
        {
            var events = new List<ClaimEvent>();
            while (events.Count < count) events.Add(await _events.Reader.ReadAsync());
            return events;
        }
    }
}

public sealed class RelayOnSqlite() : RelaySuite(StorageProvider.Sqlite);

public sealed class RelayOnPostgres() : RelaySuite(StorageProvider.Postgres);
