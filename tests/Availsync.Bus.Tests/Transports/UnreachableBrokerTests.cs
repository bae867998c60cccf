using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Availsync.Bus.Durable;
using Availsync.Bus.Requests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Availsync.Bus.Tests.Transports;

/// <summary>A broker that is away: services start all the same, and nobody hangs.</summary>
public sealed class UnreachableBrokerTests
{
    [Fact]
    public async Task Asking_ends_in_time_and_publishing_is_refused()
    {
        using var host = Build();
        await host.StartAsync();
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<NoAnswerException>(() => host.Services.GetRequiredService<IRequests>()
            .AskAsync<Ask, Answer>("nowhere", new Ask("", 1), TimeSpan.FromMilliseconds(500)));
        await Assert.ThrowsAsync<NoAnswerException>(() => host.Services.GetRequiredService<ICommandSender>()
            .SendAsync("nowhere", new Ask("", 1)));
        await Assert.ThrowsAsync<TimeoutException>(() => host.Services.GetRequiredService<IDurablePublisher>()
            .PublishAsync(new Happened("", 1)));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "RabbitMq",
            ["Bus:Host"] = "127.0.0.1",
            ["Bus:Port"] = $"{FreePort()}",
            ["Bus:RequestTimeoutSeconds"] = "0.5",
            ["Bus:PublishTimeoutSeconds"] = "0.5",
        });
        builder.Services.AddAvailsyncBus(builder.Configuration);
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
