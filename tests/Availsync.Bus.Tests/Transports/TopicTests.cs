using System.Text;
using Availsync.Bus.Durable;
using Availsync.Bus.Tests.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Tests.Transports;

/// <summary>What those outside get, from a broker and without one.</summary>
public sealed class TopicTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 5, 22, 10, 30, 0, 250, TimeSpan.Zero);

    private readonly TestBus _bus = new(BusTransport.RabbitMq);
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private string Exchange => _bus.Name + "-topic";

    public async ValueTask InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = TestServers.RabbitMq() }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        if (_connection is null) return;
        await using var channel = await _connection.CreateChannelAsync();
        await channel.ExchangeDeleteAsync(Exchange);
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task The_exchange_is_there_from_the_start_and_durable()
    {
        await StartAsync();
        await _channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, autoDelete: false);
    }

    [Fact]
    public async Task A_message_comes_as_it_is_with_its_marks_to_whoever_asks_for_its_key()
    {
        var topics = await StartAsync();
        var granted = await BindAsync("claim.granted");
        var everything = await BindAsync("#");
        var one = Message(1);
        await topics.PublishAsync(Exchange, [one, Message(2, "claim.released")]);

        var message = Assert.Single(await TakeAsync(granted));
        Assert.Equal(one.Body.ToArray(), message.Body.ToArray());
        Assert.Equal("claim.granted", message.RoutingKey);
        var marks = message.BasicProperties;
        Assert.Equal("application/json", marks.ContentType);
        Assert.Equal("claim.granted", marks.Type);
        Assert.Equal(one.Id.ToString(), marks.MessageId);
        Assert.Equal(At.ToUnixTimeSeconds(), marks.Timestamp.UnixTime);
        Assert.True(marks.Persistent);
        Assert.Equal(["root", "sequence"], marks.Headers!.Keys.Order());
        Assert.Equal("a/b", Encoding.UTF8.GetString((byte[])marks.Headers["root"]!));
        Assert.Equal(1L, marks.Headers["sequence"]);
        Assert.Equal(["claim.granted", "claim.released"], (await TakeAsync(everything)).Select(m => m.RoutingKey));
    }

    [Fact]
    public async Task A_large_batch_comes_whole_and_in_its_order()
    {
        var topics = await StartAsync();
        var queue = await BindAsync("#");
        await topics.PublishAsync(Exchange, Enumerable.Range(0, 5000).Select(n => Message(n)));
        await topics.PublishAsync(Exchange, Enumerable.Range(5000, 5000).Select(n => Message(n)));

        Assert.Equal(Enumerable.Range(0, 10_000), (await TakeAsync(queue)).Select(NumberOf));
    }

    [Fact]
    public async Task What_nobody_has_asked_for_is_gone_and_nobody_is_held_up()
    {
        var topics = await StartAsync();
        await topics.PublishAsync(Exchange, [Message(1)]);
        var queue = await BindAsync("#");
        await topics.PublishAsync(Exchange, [Message(2)]);

        Assert.Equal([2], (await TakeAsync(queue)).Select(NumberOf));
    }

    [Fact]
    public async Task A_queue_that_is_full_and_refuses_is_left_behind_and_all_others_get_everything()
    {
        var topics = await StartAsync();
        var full = await BindAsync("#", new Dictionary<string, object?>
        {
            ["x-max-length"] = 1,
            ["x-overflow"] = "reject-publish",
        });
        var queue = await BindAsync("#");
        await topics.PublishAsync(Exchange, Enumerable.Range(0, 10).Select(n => Message(n)));
        await topics.PublishAsync(Exchange, [Message(10)]);

        // A queue that refuses may have been stumbling, so what it refused was sent again: at least once.
        Assert.Equal(Enumerable.Range(0, 11), (await TakeAsync(queue)).Select(NumberOf).Distinct());
        Assert.Equal([0], (await TakeAsync(full)).Select(NumberOf).Distinct());
    }

    [Fact]
    public async Task A_cut_connection_fails_what_is_sent_and_the_next_try_finds_a_new_one()
    {
        await using var proxy = new CuttableProxy(TestServers.RabbitMq());
        var topics = await StartAsync(proxy.Address);
        var queue = await BindAsync("#");
        await topics.PublishAsync(Exchange, [Message(1)]);

        proxy.Cut();
        List<TopicMessage> batch = [Message(2), Message(3)];
        var failures = 0;
        while (await FailsAsync(() => topics.PublishAsync(Exchange, batch)))
            Assert.True(++failures < 50, "It does not find the broker again.");

        Assert.Equal([1, 2, 3], (await TakeAsync(queue)).Select(NumberOf).Distinct());
    }

    [Fact]
    public async Task An_exchange_that_was_deleted_is_made_again()
    {
        var topics = await StartAsync();
        await _channel.ExchangeDeleteAsync(Exchange);
        await Assert.ThrowsAnyAsync<Exception>(() => topics.PublishAsync(Exchange, [Message(1)]));

        await topics.PublishAsync(Exchange, []);
        var queue = await BindAsync("#");
        await topics.PublishAsync(Exchange, [Message(2)]);
        Assert.Equal([2], (await TakeAsync(queue)).Select(NumberOf));
    }

    [Fact]
    public async Task In_memory_a_message_is_not_even_made()
    {
        await using var bus = new TestBus(BusTransport.InMemory);
        var host = await bus.StartAsync(_ => { }, parts => parts.Topic("nobody"));
        var topics = host.Services.GetRequiredService<ITopicPublisher>();

        await topics.PublishAsync("nobody", Enumerable.Range(0, 1).Select<int, TopicMessage>(
            _ => throw new InvalidOperationException("Somebody has looked.")));
    }

    private async Task<ITopicPublisher> StartAsync(Uri? address = null)
    {
        var host = await _bus.StartAsync(_ => { }, parts => parts.Topic(Exchange), address);
        // What makes the exchanges at the start stands behind this in the same queue.
        await host.Services.GetServices<IHostedService>().OfType<TopicsAtStart>().Single().ExecuteTask!;
        return host.Services.GetRequiredService<ITopicPublisher>();
    }

    private async Task<string> BindAsync(string key, Dictionary<string, object?>? arguments = null)
    {
        var queue = await _channel.QueueDeclareAsync(arguments: arguments);
        await _channel.QueueBindAsync(queue.QueueName, Exchange, key);
        return queue.QueueName;
    }

    private async Task<List<BasicGetResult>> TakeAsync(string queue)
    {
        var taken = new List<BasicGetResult>();
        while (await _channel.BasicGetAsync(queue, autoAck: true) is { } message) taken.Add(message);
        return taken;
    }

    private static async Task<bool> FailsAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return false;
        }
        catch (Exception exception) when (exception is IOException or OperationInterruptedException
            or BrokerUnreachableException or TimeoutException)
        {
            return true;
        }
    }

    private static int NumberOf(BasicGetResult message) =>
        int.Parse(Encoding.UTF8.GetString(message.Body.Span), null);

    private static TopicMessage Message(int number, string type = "claim.granted") => new(
        type, new Guid(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1), At, Encoding.UTF8.GetBytes($"{number}"),
        new Dictionary<string, object?> { ["root"] = "a/b", ["sequence"] = (long)number, ["request_id"] = null });
}
