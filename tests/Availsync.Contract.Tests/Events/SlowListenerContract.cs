using System.Globalization;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>A listener that does not take what it is sent. It is given long, so this runs beside others.</summary>
public abstract class SlowListenerContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/work/events";

    [Fact]
    public async Task Who_takes_nothing_is_cut_off_and_comes_back()
    {
        const int Events = 80;
        var agent = await (await NewWorkspaceAsync()).NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        string[] paths = [.. Enumerable.Range(0, 1000).Select(n => $"{n}/{new string('x', 190)}")];
        for (var n = 1; n < Events; n++)
            (await agent.DeclareAsync(claim, "edit", [.. paths[1..], $"{n}"])).Expect(200);

        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(Target.Address.Host, Target.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Path} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {agent.ApiKey}\r\nLast-Event-ID: 0\r\n\r\n"));
        await Eventually.PassedAsync(TimeProvider.System.GetUtcNow().AddSeconds(13)); // 10 s is what it is given.
        var last = await ReadToTheEndAsync(socket.GetStream());
        Assert.InRange(last, 0, Events - 1);
        await using var back = await EventReader.OpenAsync(agent.Client, after: last);
        Assert.Equal(
            Enumerable.Range((int)last + 1, Events - (int)last).Select(n => (long)n),
            (await back.TakeAsync(Events - (int)last)).Select(e => e.Id));
    }

    /// <summary>The last event that lay in the connection when it was cut off.</summary>
    private static async Task<long> ReadToTheEndAsync(NetworkStream stream)
    {
        var last = 0L;
        try
        {
            await foreach (var item in SseParser.Create(stream).EnumerateAsync())
                last = long.Parse(item.EventId!, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It was reset, not closed.
        }

        return last;
    }
}
