using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace Availsync.Bus.Transports;

/// <summary>
/// Waits until the broker's port accepts connections. MassTransit's own pauses between its attempts to connect grow to
/// half a minute while the broker is away, and each part that lost its connection takes its pause on its own: after a
/// long outage the service would be back that much later. With this in front, one attempt lasts as long as the outage.
/// </summary>
internal sealed class BrokerReach(IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Returns when it does, or when the service stops.</summary>
    public async Task WaitAsync(BusOptions options)
    {
        try
        {
            while (!await AcceptsAsync(options)) await Task.Delay(Pause, time, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The attempt to connect ends as it may.
        }
    }

    private async Task<bool> AcceptsAsync(BusOptions options)
    {
        using var clock = new CancellationTokenSource(Patience, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, lifetime.ApplicationStopping);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(options.Host, options.Port, over.Token);
            return true;
        }
        catch (Exception exception) when (exception is SocketException
            || (exception is OperationCanceledException && !lifetime.ApplicationStopping.IsCancellationRequested))
        {
            return false;
        }
    }
}
