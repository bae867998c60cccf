using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Availsync.Bus.Tests.Transports;

/// <summary>A TCP proxy in front of a broker whose connections a test can cut.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = [];
    private readonly Uri _target;
    private readonly Task _accepting;

    public CuttableProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new UriBuilder(_target) { Host = "127.0.0.1", Port = Port }.Uri;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every open connection; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var client in _open.Keys)
        {
            if (_open.TryRemove(client, out _))
                client.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy is disposed of.
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var broker = new TcpClient();
        _open[client] = 0;
        _open[broker] = 0;
        try
        {
            await broker.ConnectAsync(_target.Host, _target.Port);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(broker.GetStream()), broker.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            // One side is gone, and the other follows.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(broker, out _);
            client.Dispose();
        }
    }
}
