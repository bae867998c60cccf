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
    private Socket _socket = Bound();

    public InternalPort() => Number = NumberOf(_socket);

    /// <summary>Kept, since calls that are under way still ask for it when the server has closed the socket.</summary>
    public int Number { get; private set; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Number}");

    /// <summary>
    /// Makes way for the addresses that the settings ask for. The system gives away free ports of a range that people
    /// choose from as well; without this the public address could turn out to be accounting's.
    /// </summary>
    public void KeepOutOf(IEnumerable<string> urls)
    {
        var wanted = urls.Select(PortOf).ToHashSet();
        while (wanted.Contains(Number))
        {
            var before = _socket;
            _socket = Bound(); // Before the other is let go, or it could be the same again.
            Number = NumberOf(_socket);
            before.Dispose();
        }
    }

    /// <summary>What the server listens on: this socket for its own port, a new one for any other.</summary>
    public Socket SocketOf(EndPoint endpoint) =>
        endpoint is IPEndPoint { Port: var port } && port == Number
            ? _socket
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

    private static int NumberOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>The server itself tells what is wrong with an address that cannot be read.</summary>
    private static int? PortOf(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Port;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
