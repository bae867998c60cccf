using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Outside;

/// <summary>A connection to publish by, made when it is needed and anew when it was lost.</summary>
internal sealed class ReplyLine(BrokerLogin login, string purpose) : IAsyncDisposable
{
    private const int NotFound = 404;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private IConnection? _connection;
    private IChannel? _publishing;

    /// <summary>Whether the broker knows a queue of that name, or somebody who waits for direct replies under it.</summary>
    public async Task<bool> ExistsAsync(string queue, CancellationToken cancellationToken)
    {
        var connection = (await OpenAsync(cancellationToken)).Connection;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            // The broker closes the channel of whoever asks for one that is not there.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Publishes to a queue and waits for the broker's word.</summary>
    public async Task<ReplyDelivery> PublishAsync(
        string queue, bool mandatory, BasicProperties properties, ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken)
    {
        var (_, channel) = await OpenAsync(cancellationToken);
        try
        {
            await channel.BasicPublishAsync("", queue, mandatory, properties, body, cancellationToken);
            return ReplyDelivery.Confirmed;
        }
        catch (PublishException exception)
        {
            return exception.IsReturn ? ReplyDelivery.NoSuchQueue : ReplyDelivery.Refused;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _opening.Dispose();
        _asking.Dispose();
    }

    private async Task<(IConnection Connection, IChannel Channel)> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true } open && _publishing is { IsOpen: true } channel) return (open, channel);
            if (_connection is { } lost) await lost.DisposeAsync();
            _connection = await login.ConnectAsync(purpose, cancellationToken);
            _publishing = await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
                cancellationToken);
            return (_connection, _publishing);
        }
        finally
        {
            _opening.Release();
        }
    }
}
