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
/// nowhere else. Each message is confirmed by itself. Nothing of this is on the connection that messages are taken from:
/// there are addresses at which a broker ends a connection, and at an alarm it stops those that publish.
/// </summary>
internal sealed class OutsideReplies(BrokerLogin login) : IAsyncDisposable
{
    private const string DirectPrefix = "amq.rabbitmq.reply-to.";

    private readonly ReplyLine _queues = new(login, "replies");
    private readonly ReplyLine _direct = new(login, "direct replies");

    /// <exception cref="Exception">Nobody knows whether the message has arrived.</exception>
    public async Task<ReplyDelivery> SendAsync(
        string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!queue.StartsWith(DirectPrefix, StringComparison.Ordinal))
            return await _queues.PublishAsync(queue, mandatory: true, properties, body, cancellationToken);
        try
        {
            return await DirectAsync(_direct, queue, properties, body, cancellationToken);
        }
        catch (Exception exception) when (IsLost(exception) && !cancellationToken.IsCancellationRequested)
        {
            // RabbitMQ reads the address of a process out of the name, and some names have it end the connection (541). All
            // who were on it try once more, each alone: then only the one that it was about fails again.
        }

        await using var alone = new ReplyLine(login, "one direct reply");
        try
        {
            return await DirectAsync(alone, queue, properties, body, cancellationToken);
        }
        catch (OperationInterruptedException)
        {
            return ReplyDelivery.Refused;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _queues.DisposeAsync();
        await _direct.DisposeAsync();
    }

    /// <summary>Direct replies are in no queue: the broker would return each as one that is in none, so it is asked before.</summary>
    private static async Task<ReplyDelivery> DirectAsync(
        ReplyLine line, string queue, BasicProperties properties, ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken) =>
        await line.ExistsAsync(queue, cancellationToken)
            ? await line.PublishAsync(queue, mandatory: false, properties, body, cancellationToken)
            : ReplyDelivery.NoSuchQueue;

    private static bool IsLost(Exception exception) =>
        exception is OperationInterruptedException or AlreadyClosedException or ObjectDisposedException;
}
