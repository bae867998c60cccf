using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Availsync.System.Tests.Outside;

/// <summary>A reply as it came.</summary>
internal sealed record Replied(IReadOnlyBasicProperties Marks, byte[] Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public IReadOnlyDictionary<string, object?> Headers { get; } = Marks.Headers!.ToDictionary(
        h => h.Key, h => h.Value is byte[] text ? Encoding.UTF8.GetString(text) : h.Value);

    public int Status => (int)Headers["status"]!;

    public string CorrelationId => Marks.CorrelationId!;

    public string? Text(string member) => Json.TryGetProperty(member, out var value) ? value.GetString() : null;

    public Replied Expect(int status)
    {
        Assert.True(status == Status, $"{CorrelationId} was answered with {this}");
        return this;
    }

    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body)}";
}

/// <summary>Somebody outside who asks over the bus, with a queue for the replies.</summary>
internal sealed class RequestClient : IAsyncDisposable
{
    public const string Requests = "availsync.requests";
    public const string Errors = Requests + "_error";

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Replied>> _replies = [];
    private readonly ConcurrentBag<Replied> _all = [];

    private RequestClient(IConnection connection, IChannel channel, string replyTo)
    {
        _connection = connection;
        _channel = channel;
        ReplyTo = replyTo;
    }

    public string ReplyTo { get; }

    /// <summary>Every reply that came, repeated ones too.</summary>
    public IReadOnlyCollection<Replied> All => _all;

    public static async Task<RequestClient> ConnectAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Target.Stopped);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Target.Stopped);
        var queue = await channel.QueueDeclareAsync(cancellationToken: Target.Stopped);
        var client = new RequestClient(connection, channel, queue.QueueName);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => client.TakeAsync(delivery);
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, Target.Stopped);
        return client;
    }

    /// <summary>Asks, and waits for the reply.</summary>
    public async Task<Replied> AskAsync(object request, string? messageId = null)
    {
        var reply = await SendAsync(JsonSerializer.SerializeToUtf8Bytes(request), p => p.MessageId = messageId);
        return await reply.WaitAsync(TimeSpan.FromSeconds(90), Target.Clock, Target.Stopped);
    }

    /// <summary>Sends bytes, and returns when the broker has them; the task is the reply's.</summary>
    public async Task<Task<Replied>> SendAsync(ReadOnlyMemory<byte> body, Action<BasicProperties>? change = null)
    {
        var id = Guid.CreateVersion7(Target.Clock.GetUtcNow()).ToString("N");
        var properties = new BasicProperties
        {
            CorrelationId = id, ReplyTo = ReplyTo, DeliveryMode = DeliveryModes.Persistent, ContentType = "application/json",
        };
        change?.Invoke(properties);
        var reply = _replies.GetOrAdd(properties.CorrelationId!, _ => NewReply());
        await _channel.BasicPublishAsync(Requests, "", mandatory: true, properties, body, Target.Stopped);
        return reply.Task;
    }

    /// <summary>Takes what was set aside, by its correlation id: the reason.</summary>
    public async Task<Dictionary<string, string>> TakeErrorsAsync()
    {
        var reasons = new Dictionary<string, string>();
        while (await _channel.BasicGetAsync(Errors, autoAck: true, Target.Stopped) is { } message)
        {
            var reason = Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["reason"]!);
            reasons[message.BasicProperties.CorrelationId ?? ""] = reason;
        }

        return reasons;
    }

    /// <summary>Throws away what was set aside, unseen; whether there was anything.</summary>
    public async Task<bool> PurgedErrorsAsync() => await _channel.QueuePurgeAsync(Errors, Target.Stopped) > 0;

    /// <summary>How many requests wait, and how many instances take them.</summary>
    public async Task<(uint Messages, uint Consumers)> QueueAsync()
    {
        var queue = await _channel.QueueDeclarePassiveAsync(Requests, Target.Stopped);
        return (queue.MessageCount, queue.ConsumerCount);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static TaskCompletionSource<Replied> NewReply() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task TakeAsync(BasicDeliverEventArgs delivery)
    {
        var reply = new Replied(new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray());
        _all.Add(reply);
        _replies.GetOrAdd(reply.CorrelationId, _ => NewReply()).TrySetResult(reply);
        return Task.CompletedTask;
    }
}
