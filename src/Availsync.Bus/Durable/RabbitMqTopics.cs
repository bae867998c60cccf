using Availsync.Bus.Outside;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Availsync.Bus.Durable;

/// <summary>
/// Publishes to topic exchanges over a connection and a channel of its own: past MassTransit, whose messages have an
/// envelope, and which would send them one by one. What goes wrong costs the connection, and the next try makes a new
/// one.
/// </summary>
internal sealed partial class RabbitMqTopics(
    BusParts parts,
    BrokerLogin login,
    IOptions<BusOptions> options,
    TopicMetrics metrics,
    TimeProvider time,
    ILogger<RabbitMqTopics> logger) : ITopicPublisher, IAsyncDisposable
{
    /// <summary>
    /// How often a message is sent that a queue refuses. A queue that stumbles in the broker has recovered by then; one
    /// that is full and was made to refuse stays so, and must not stop the events of everybody else.
    /// </summary>
    private const int TriesMax = 3;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;
    private Confirms? _confirms;

    public async Task PublishAsync(
        string exchange, IEnumerable<TopicMessage> messages, CancellationToken cancellationToken)
    {
        var all = messages.ToList();
        using var clock = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // What this throws as the deadline passes may be anything, since the connection is about to be set up.
            await SendAsync(exchange, all, deadline.Token);
            metrics.Published(all.Count);
        }
        catch (Exception exception)
        {
            await CloseAsync();
            if (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException("The broker did not confirm a topic's messages in time.", exception);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    private async Task SendAsync(string exchange, List<TopicMessage> messages, CancellationToken cancellationToken)
    {
        var channel = await OpenAsync(cancellationToken);
        for (var tries = 1; ; tries++)
        {
            var first = await channel.GetNextPublishSequenceNumberAsync(cancellationToken);
            _confirms!.Expect(first, messages.Count);
            foreach (var message in messages)
            {
                await channel.BasicPublishAsync(
                    exchange, message.Type, mandatory: false, PropertiesOf(message), message.Body, cancellationToken);
            }

            var refused = await _confirms.AnsweredAsync(cancellationToken);
            if (refused == 0) return;
            if (tries < TriesMax) continue;
            metrics.Refused(refused);
            Refused(logger, refused, exchange);
            return;
        }
    }

    private static BasicProperties PropertiesOf(TopicMessage message) => new()
    {
        ContentType = "application/json",
        DeliveryMode = DeliveryModes.Persistent,
        MessageId = message.Id.ToString(),
        Type = message.Type,
        Timestamp = new AmqpTimestamp(message.At.ToUnixTimeSeconds()),
        Headers = message.Headers.Where(h => h.Value is not null).ToDictionary(),
    };

    /// <summary>The channel; where none works a new one, on a new connection and with the exchanges.</summary>
    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open) return open;
        await CloseAsync();
        _connection = await login.ConnectAsync("topics", cancellationToken);
        // Numbered confirms, but counted here.
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false),
            cancellationToken);
        _confirms = new Confirms(_channel);
        foreach (var topic in parts.Topics)
        {
            await _channel.ExchangeDeclareAsync(
                topic, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        }

        return _channel;
    }

    private async Task CloseAsync()
    {
        var connection = _connection;
        (_connection, _channel, _confirms) = (null, null, null);
        if (connection is null) return;
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception exception)
        {
            // It may have been broken already.
            Unclosed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{count} messages of {exchange} were refused by a queue that is bound to it; its owner does without them")]
    private static partial void Refused(ILogger logger, int count, string exchange);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection to the broker could not be closed")]
    private static partial void Unclosed(ILogger logger, Exception exception);
}
