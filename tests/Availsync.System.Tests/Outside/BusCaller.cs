using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Availsync.System.Tests.Outside;

/// <summary>A reply as it came.</summary>
internal sealed record BusReply(IReadOnlyBasicProperties Marks, JsonElement Json)
{
    public IReadOnlyDictionary<string, object?> Headers { get; } = Marks.Headers!.ToDictionary(
        h => h.Key, h => h.Value is byte[] text ? Encoding.UTF8.GetString(text) : h.Value);

    public int Status => Convert.ToInt32(Headers["status"], null);
}

/// <summary>Somebody outside who sends one request after the other and waits for its reply.</summary>
internal sealed class BusCaller : IAsyncDisposable
{
    private readonly Channel<BusReply> _replies = Channel.CreateUnbounded<BusReply>();
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _apiKey;
    private string _queue = "";

    private BusCaller(IConnection connection, IChannel channel, string apiKey) =>
        (_connection, _channel, _apiKey) = (connection, channel, apiKey);

    public static async Task<BusCaller> ConnectAsync(Uri address, string apiKey)
    {
        var connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync(Target.Stopped);
        var channel = await connection.CreateChannelAsync(cancellationToken: Target.Stopped);
        var caller = new BusCaller(connection, channel, apiKey);
        caller._queue = (await channel.QueueDeclareAsync(cancellationToken: Target.Stopped)).QueueName;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            var json = JsonDocument.Parse(message.Body.ToArray()).RootElement;
            caller._replies.Writer.TryWrite(new BusReply(new BasicProperties(message.BasicProperties), json));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(caller._queue, autoAck: true, consumer, Target.Stopped);
        return caller;
    }

    /// <summary>The request as it was sent, and its reply.</summary>
    public async Task<(JsonElement Request, BusReply Reply)> AskAsync(string? type, object members)
    {
        var request = JsonSerializer.SerializeToNode(members)!.AsObject();
        if (type is not null) request["type"] = type;
        request["api_key"] ??= _apiKey;
        var id = Guid.CreateVersion7(Target.Clock.GetUtcNow()).ToString();
        await _channel.BasicPublishAsync(
            "availsync.requests", "", mandatory: true,
            new BasicProperties { ReplyTo = _queue, CorrelationId = "c " + id, MessageId = id },
            Encoding.UTF8.GetBytes(request.ToJsonString()), Target.Stopped);
        var reply = await _replies.Reader.ReadAsync(Target.Stopped).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("c " + id, reply.Marks.CorrelationId);
        return (JsonSerializer.SerializeToElement(request), reply);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
