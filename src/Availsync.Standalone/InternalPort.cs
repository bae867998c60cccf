using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Availsync.Standalone;

/// <summary>
/// A free loopback port that is held from the first moment: its number is known before the server starts, and nobody
/// can take it in between.
/// </summary>
internal sealed class InternalPort
{
    private readonly Socket _socket;

    private InternalPort(Socket socket)
    {
        _socket = socket;
        Number = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public int Number { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Number}");

    public static InternalPort Reserve()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new InternalPort(socket);
    }

    /// <summary>What the server listens on: this socket for its own port, a new one for any other.</summary>
    public Socket SocketOf(EndPoint endpoint) =>
        endpoint is IPEndPoint { Port: var port } && port == Number
            ? _socket
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
}
