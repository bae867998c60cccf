using Availsync.Arbiter;
using Availsync.Bus.Durable;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// The broker of a world. Commands, replies and hints travel alone: they are dropped, doubled, late and in any order. Events
/// are kept in the order in which they came, and are delivered at least once.
/// </summary>
internal sealed class Broker(World world)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly List<Gathered>[] _lanes = [.. Enumerable.Range(0, World.Partitions).Select(_ => new List<Gathered>())];
    private readonly List<Flight> _flights = [];
    private readonly Dictionary<string, List<Consumer>> _consumers = [];
    private readonly List<ClaimEvents> _events = [];
    private int _delivered;

    public bool HasEvents => _delivered < _events.Count;

    /// <summary>When the next message may arrive that is on its way; null where none is.</summary>
    public DateTimeOffset? NextAt => _flights.Count == 0 ? null : _flights.Min(f => f.From);

    public bool HasFlights => _flights.Exists(f => f.From <= world.Time.Now);

    /// <summary>
    /// Sends a command to its partition, at once or with what gathers until time passes, as the lanes of an edge do;
    /// <paramref name="answered"/> gets the reply, if it comes.
    /// </summary>
    public void Ask(CommandEnvelope envelope, string what, Action<Reply> answered)
    {
        var partition = envelope.Command.Slot.Partition(World.Partitions);
        _lanes[partition].Add(new Gathered(envelope, what, answered));
        if (!world.Chance.In1000(world.Mischief.CommandGathers)) Leave(partition);
    }

    /// <summary>What has gathered leaves.</summary>
    public void Leave()
    {
        for (var partition = 0; partition < World.Partitions; partition++) Leave(partition);
    }

    /// <summary>Sends a wake-up, which nobody waits to see answered.</summary>
    public void Wake(Command command, string what)
    {
        if (world.Chance.In1000(world.Mischief.TimedMessageDropped))
        {
            world.Note($"{what} is dropped");
            return;
        }

        var envelope = new CommandEnvelope(
            command, world.Time.Now.AddSeconds(5), RequestId: null, Idempotency: null);
        Send(command.Slot.Partition(World.Partitions), new Decide([envelope]), what, _ => { });
    }

    /// <summary>Lets one of the messages that may arrive do so.</summary>
    public void DeliverOne()
    {
        var now = world.Time.Now;
        _flights.RemoveAll(f => f.Until < now);
        var there = _flights.FindAll(f => f.From <= now);
        if (there.Count == 0) return;
        var flight = world.Chance.Of(there);
        if (flight.TryDeliver()) _flights.Remove(flight);
        else flight.From = now.AddMilliseconds(20); // Nobody listens: it stays in the queue.
    }

    /// <summary>Hands the next events to whoever watches over leases; at times once more, as after a lost ack.</summary>
    public void DeliverEvents()
    {
        var again = _delivered > 0 && world.Chance.In1000(world.Mischief.EventsRedelivered);
        world.Leases.Take(again ? _events[_delivered - 1] : _events[_delivered++]);
    }

    public IResponderConnector ConnectorOf(Instance instance) => new Connector(this, instance);

    public IDurablePublisher PublisherOf(Instance instance) => new Publisher(this, world, instance);

    public ITopicPublisher TopicsOf(Instance instance) => new Topics(this, world, instance);

    public void Disconnect(Instance instance)
    {
        foreach (var consumers in _consumers.Values) consumers.RemoveAll(c => c.Instance == instance);
    }

    private void Leave(int partition)
    {
        if (_lanes[partition].Count == 0) return;
        Gathered[] lane = [.. _lanes[partition]];
        _lanes[partition].Clear();
        var what = string.Join(" + ", lane.Select(g => g.What));
        Send(partition, new Decide([.. lane.Select(g => g.Envelope)]), what, decided =>
        {
            for (var i = 0; i < lane.Length; i++) lane[i].Answered(decided.Replies[i]);
        });
    }

    private void Send(int partition, Decide decide, string what, Action<Decided> answered) => Send(
        what, () => TryDeliver(ArbiterQueues.Partition(partition), decide, what, answered));

    private void Send(string what, Func<bool> tryDeliver)
    {
        var (chance, mischief) = (world.Chance, world.Mischief);
        if (chance.In1000(mischief.MessageDropped))
        {
            world.Note($"dropped: {what}");
            return;
        }

        for (var copies = chance.In1000(mischief.MessageDoubled) ? 2 : 1; copies > 0; copies--)
        {
            var late = chance.In1000(mischief.MessageLate) ? chance.Between(50, 6000) : 0;
            var from = world.Time.Now.AddMilliseconds(late);
            _flights.Add(new Flight(tryDeliver, from, from + KeptFor));
        }
    }

    private bool TryDeliver(string queue, Decide decide, string what, Action<Decided> answered)
    {
        if (!_consumers.TryGetValue(queue, out var consumers) || consumers.Count == 0) return false;
        var consumer = world.Chance.Of(consumers);
        world.Note($"{consumer.Instance} gets {what}");
        consumer.Instance.Thread.Post(_ => _ = AnswerAsync(consumer, decide, what, answered), state: null);
        return true;
    }

    private async Task AnswerAsync(Consumer consumer, Decide decide, string what, Action<Decided> answered)
    {
        try
        {
            var decided = await consumer.Respond(decide);
            if (!consumer.Instance.IsAlive) return;
            Send($"reply to {what}", () =>
            {
                answered(decided);
                return true;
            });
        }
        catch (Exception exception)
        {
            world.Fail($"A consumer has thrown: {exception}");
        }
    }

    private void Publish(Instance instance, object message)
    {
        switch (message)
        {
            case ClaimEvents events:
                world.Note($"{instance} publishes {events.Events.Count} events");
                world.Model.TakePublished(events);
                _events.Add(events);
                break;
            case WaitsAnswered hint:
                Send("hint", () =>
                {
                    foreach (var client in world.Clients) client.Hint(hint.Attendances);
                    return true;
                });
                break;
        }
    }

    private void FailAtTimes(Instance instance, int per1000, string what)
    {
        if (!world.Chance.In1000(per1000)) return;
        world.Note($"{instance}: {what}");
        throw new MischiefException(what);
    }

    private sealed class Flight(Func<bool> tryDeliver, DateTimeOffset from, DateTimeOffset until)
    {
        public Func<bool> TryDeliver { get; } = tryDeliver;

        public DateTimeOffset From { get; set; } = from;

        public DateTimeOffset Until { get; } = until;
    }

    private sealed record Gathered(CommandEnvelope Envelope, string What, Action<Reply> Answered);

    private sealed record Consumer(Instance Instance, Func<Decide, Task<Decided>> Respond);

    private sealed class Connector(Broker broker, Instance instance) : IResponderConnector
    {
        public async Task<IAsyncDisposable> ConnectAsync<TRequest, TReply>(
            string queue, Func<TRequest, CancellationToken, Task<TReply>> respond, int priority,
            CancellationToken cancellationToken)
            where TRequest : class
            where TReply : class
        {
            await Task.Yield();
            if (!broker._consumers.TryGetValue(queue, out var consumers)) broker._consumers[queue] = consumers = [];
            var consumer = new Consumer(
                instance,
                async decide => (Decided)(object)await respond((TRequest)(object)decide, CancellationToken.None));
            consumers.Add(consumer);
            return new Endpoint(() => consumers.Remove(consumer));
        }
    }

    private sealed class Endpoint(Action close) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            close();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Publisher(Broker broker, World world, Instance instance) : IDurablePublisher
    {
        public async Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
            where TMessage : class
        {
            await Task.Yield();
            broker.FailAtTimes(instance, world.Mischief.PublishFailedBefore, "the broker does not take a message");
            broker.Publish(instance, message);
            await Task.Yield();
            broker.FailAtTimes(instance, world.Mischief.PublishFailedAfter, "the broker does not confirm a message");
        }
    }

    /// <summary>Messages leave one by one, so a broker that goes away has got the first of them, and no hole.</summary>
    private sealed class Topics(Broker broker, World world, Instance instance) : ITopicPublisher
    {
        public async Task PublishAsync(
            string exchange, IEnumerable<TopicMessage> messages, CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var message in messages)
            {
                broker.FailAtTimes(instance, world.Mischief.PublishFailedBefore, "the broker does not take an event");
                world.Model.TakeAnnounced(message);
            }

            await Task.Yield();
            broker.FailAtTimes(instance, world.Mischief.PublishFailedAfter, "the broker does not confirm events");
        }
    }
}
