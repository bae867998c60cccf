using System.Net;
using System.Net.Sockets;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Faults;

/// <summary>A cut that cuts nothing would have every test behind it pass.</summary>
public sealed class TcpForwarderTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly TcpForwarder _network;

    public TcpForwarderTests()
    {
        _server.Start();
        _network = new TcpForwarder(() => ((IPEndPoint)_server.LocalEndpoint).Port).Start();
    }

    [Fact]
    public async Task What_is_sent_arrives_and_so_does_the_end()
    {
        var (near, far) = await ConnectAsync();
        await near.SendAsync("to"u8.ToArray());
        Assert.Equal("to", await ReadAsync(far));
        await far.SendAsync("fro"u8.ToArray());
        Assert.Equal("fro", await ReadAsync(near));
        near.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await ReadAsync(far));
    }

    [Fact]
    public async Task A_reset_ends_every_connection_on_both_sides_and_every_new_one_until_it_heals()
    {
        var (near, far) = await ConnectAsync();
        _network.Reset();
        await BrokenAsync(() => ReadAsync(near));
        await BrokenAsync(() => ReadAsync(far));
        await BrokenAsync(async () => await ReadAsync(await DialAsync()));

        _network.Heal();
        (near, far) = await ConnectAsync();
        await near.SendAsync("again"u8.ToArray());
        Assert.Equal("again", await ReadAsync(far));
    }

    [Fact]
    public async Task In_silence_nothing_arrives_and_nothing_ends_and_what_was_sent_arrives_when_it_heals()
    {
        var (near, far) = await ConnectAsync();
        _network.Silence();
        await near.SendAsync("late"u8.ToArray());
        near.Shutdown(SocketShutdown.Send);
        var heard = ReadAsync(far);
        var dialled = await DialAsync();
        var accepted = _server.AcceptSocketAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(300), Target.Clock);
        Assert.False(heard.IsCompleted);
        Assert.False(accepted.IsCompleted);

        _network.Heal();
        Assert.Equal("late", await heard);
        Assert.Equal("", await ReadAsync(far));
        Assert.NotNull(await accepted.WaitAsync(Soon, Target.Clock));
        Assert.True(dialled.Connected);
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<(Socket Near, Socket Far)> ConnectAsync()
    {
        var near = await DialAsync();
        return (near, await _server.AcceptSocketAsync().WaitAsync(Soon, Target.Clock));
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _network.Port));
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[100];
        var count = await socket.ReceiveAsync(buffer).WaitAsync(Soon, Target.Clock);
        return global::System.Text.Encoding.UTF8.GetString(buffer, 0, count);
    }

    private static async Task BrokenAsync(Func<Task> use)
    {
        var broken = await Assert.ThrowsAsync<SocketException>(use);
        Assert.Equal(SocketError.ConnectionReset, broken.SocketErrorCode);
    }
}
