using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Availsync.System.Tests.Operations;

/// <summary>A POST of which the last byte is kept back: it is under way for as long as a test wants it to be.</summary>
internal sealed class HalfSentCall : IDisposable
{
    private const string GoOn = "HTTP/1.1 100 Continue\r\n\r\n";

    private readonly TcpClient _connection = new();
    private readonly byte[] _body;

    private HalfSentCall(byte[] body) => _body = body;

    /// <summary>Returns when the service has taken the call and wants to read its body.</summary>
    public static async Task<HalfSentCall> BeginAsync(Uri door, string path, string body, string header)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {door.Authority}\r\nContent-Type: application/json\r\n{header}\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n"
            + $"Expect: 100-continue\r\n\r\n");
        var call = new HalfSentCall(Encoding.UTF8.GetBytes(body));
        await call._connection.ConnectAsync(door.Host, door.Port);
        var stream = call._connection.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head));
        var goOn = new byte[GoOn.Length];
        await stream.ReadExactlyAsync(goOn);
        Assert.Equal(GoOn, Encoding.ASCII.GetString(goOn));
        await stream.WriteAsync(call._body.AsMemory(..^1));
        return call;
    }

    /// <summary>Sends what was kept back, and reads the answer to its end: its first line and its body.</summary>
    public async Task<(string Status, string Body)> EndAsync()
    {
        var stream = _connection.GetStream();
        await stream.WriteAsync(_body.AsMemory(^1..));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var parts = answer.Split("\r\n\r\n", 2);
        return (parts[0].Split("\r\n")[0], parts.Length > 1 ? parts[1] : "");
    }

    public void Dispose() => _connection.Dispose();
}
