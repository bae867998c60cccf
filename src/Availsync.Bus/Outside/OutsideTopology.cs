using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Outside;

/// <summary>The exchange and the queues for messages from outside.</summary>
internal static partial class OutsideTopology
{
    /// <summary>
    /// So much is kept of what could not be answered, the newest of it: strangers shall not fill the broker's disk.
    /// </summary>
    private const int ErrorsKeptMax = 100_000;

    private const long ErrorBytesKeptMax = 512L * 1024 * 1024;
    private const int PreconditionFailed = 406;

    public static async Task DeclareAsync(
        IConnection connection, OutsidePart part, BusOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-max-length"] = ErrorsKeptMax,
            ["x-max-length-bytes"] = ErrorBytesKeptMax,
        };
        await DeclareQueueAsync(connection, part.ErrorName, errors, logger, cancellationToken);
        var requests = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = options.DeliveryLimit,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = part.ErrorName,

            // What has killed its consumer again and again is kept until the other queue has confirmed it.
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        };
        await DeclareQueueAsync(connection, part.Name, requests, logger, cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(
            part.Name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(part.Name, part.Name, "", cancellationToken: cancellationToken);
    }

    /// <summary>
    /// A queue that is there with other arguments stays as it is: an operator may have made it so, and a setting that
    /// was changed must not stop requests.
    /// </summary>
    private static async Task DeclareQueueAsync(
        IConnection connection, string queue, Dictionary<string, object?> arguments, ILogger logger,
        CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, arguments,
                cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException exception)
            when (exception.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            Differs(logger, queue);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{queue} exists with other arguments than the settings ask for, and is used as it is")]
    private static partial void Differs(ILogger logger, string queue);
}
