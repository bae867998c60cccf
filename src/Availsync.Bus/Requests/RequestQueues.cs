using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Requests;

internal sealed class RabbitMqRequestQueues(IOptions<BusOptions> options) : IRequestQueues
{
    private const int NotFound = 404;

    public async Task<IReadOnlyList<string>> WaitingAsync(
        IEnumerable<string> queues, CancellationToken cancellationToken)
    {
        var waiting = new List<string>();
        await using var connection = await ConnectAsync(cancellationToken);
        foreach (var queue in queues)
        {
            // The broker closes the channel of whoever asks for a queue that is not there.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                var found = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                if (found.MessageCount > 0) waiting.Add(queue);
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
            {
                // Nothing waits in it.
            }
        }

        return waiting;
    }

    public async Task DeleteAsync(IEnumerable<string> queues, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var queue in queues)
        {
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
            await channel.ExchangeDeleteAsync(queue, ifUnused: false, cancellationToken: cancellationToken);
        }
    }

    private Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var bus = options.Value;
        var factory = new ConnectionFactory
        {
            HostName = bus.Host,
            Port = bus.Port,
            VirtualHost = bus.VirtualHost,
            UserName = bus.Username,
            Password = bus.Password,
            AutomaticRecoveryEnabled = false,
        };
        return factory.CreateConnectionAsync("availsync queues", cancellationToken);
    }
}

/// <summary>What was queued in a process has gone with it.</summary>
internal sealed class InMemoryRequestQueues : IRequestQueues
{
    public Task<IReadOnlyList<string>> WaitingAsync(IEnumerable<string> queues, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public Task DeleteAsync(IEnumerable<string> queues, CancellationToken cancellationToken) => Task.CompletedTask;
}
