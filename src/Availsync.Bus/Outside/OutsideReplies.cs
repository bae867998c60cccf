using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Outside;

/// <summary>What has become of a message that was published to a queue.</summary>
internal enum ReplyDelivery
{
    /// <summary>The broker has taken it over.</summary>
    Confirmed,

    /// <summary>There is no such queue.</summary>
    NoSuchQueue,

    /// <summary>The queue, or the broker, does not take it.</summary>
    Refused,
}

/// <summary>
/// Publishes to queues by their names: by the default exchange, which is the only one that needs no declaring and leads
/// nowhere else. Each message is confirmed by itself.
/// </summary>
internal sealed class OutsideReplies : IAsyncDisposable
{
    private const string DirectPrefix = "amq.rabbitmq.reply-to.";

    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private OutsideReplies(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    public static async Task<OutsideReplies> OpenAsync(IConnection connection, CancellationToken cancellationToken) =>
        new(connection, await ConfirmingAsync(connection, cancellationToken));

    /// <exception cref="Exception">Nobody knows whether the message has arrived.</exception>
    public async Task<ReplyDelivery> SendAsync(
        string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // RabbitMQ hands direct replies over itself. They are in no queue, so it would return each as one that is in none.
        var mandatory = !queue.StartsWith(DirectPrefix, StringComparison.Ordinal);
        try
        {
            await _channel.BasicPublishAsync("", queue, mandatory, properties, body, cancellationToken);
            return ReplyDelivery.Confirmed;
        }
        catch (PublishException exception)
        {
            return exception.IsReturn ? ReplyDelivery.NoSuchQueue : ReplyDelivery.Refused;
        }
        catch (OperationInterruptedException) when (_connection.IsOpen)
        {
            // An address that a broker closes the channel at would take all other replies along, again and again.
            return await SendAloneAsync(queue, mandatory, properties, body, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await _channel.DisposeAsync();

    private async Task<ReplyDelivery> SendAloneAsync(
        string queue, bool mandatory, BasicProperties properties, ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken)
    {
        await using var alone = await ConfirmingAsync(_connection, cancellationToken);
        try
        {
            await alone.BasicPublishAsync("", queue, mandatory, properties, body, cancellationToken);
            return ReplyDelivery.Confirmed;
        }
        catch (PublishException exception)
        {
            return exception.IsReturn ? ReplyDelivery.NoSuchQueue : ReplyDelivery.Refused;
        }
        catch (OperationInterruptedException) when (_connection.IsOpen)
        {
            return ReplyDelivery.Refused;
        }
    }

    private static Task<IChannel> ConfirmingAsync(IConnection connection, CancellationToken cancellationToken) =>
        connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken);
}
