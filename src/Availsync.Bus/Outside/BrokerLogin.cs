using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Availsync.Bus.Outside;

/// <summary>Connections to the broker past MassTransit.</summary>
internal sealed class BrokerLogin(IOptions<BusOptions> options)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>The largest message that a broker takes: a smaller bound here would cut the connection at each of them.</summary>
    private const uint BytesMax = 512 * 1024 * 1024;

    /// <summary>A connection that ends for good when it is lost: whoever has it begins anew.</summary>
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken cancellationToken)
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
            RequestedHeartbeat = Heartbeat,
            MaxInboundMessageBodySize = BytesMax,
        };
        return factory.CreateConnectionAsync($"availsync {purpose}", cancellationToken);
    }
}
