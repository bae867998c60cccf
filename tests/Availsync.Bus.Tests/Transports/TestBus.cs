using System.Security.Cryptography;
using System.Text;
using Availsync.Bus.Tests.Databases;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Availsync.Bus.Tests.Transports;

/// <summary>
/// One test's use of a transport: its own queue names, its instances, and the queues' removal at the end.
/// </summary>
internal sealed class TestBus(BusTransport transport) : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];
    private readonly Uri? _broker = transport == BusTransport.RabbitMq ? TestServers.RabbitMq() : null;

    /// <summary>The test's own name on the broker, and the queue it uses where it needs only one.</summary>
    public string Name { get; } = "test-" + RandomNumberGenerator.GetHexString(12, lowercase: true);

    /// <summary>Starts an instance, on the broker or on a proxy before it.</summary>
    public async Task<IHost> StartAsync(
        Action<IServiceCollection> services, Action<IBusParts>? parts = null, Uri? address = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(Settings(address ?? _broker));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        services(builder.Services);
        builder.Services.AddBusParts(parts ?? (_ => { }));
        builder.Services.AddAvailsyncBus(builder.Configuration);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();

        // A service does not wait for its broker, and what is asked before the queue is there is lost.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await host.Services.GetRequiredService<IBusControl>()
            .WaitForHealthStatus(BusHealthStatus.Healthy, patience.Token);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        if (_broker is null)
            return;
        await using var connection = await new ConnectionFactory { Uri = _broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in new[] { Name, Name + "-2", Name + "_dead" })
        {
            await channel.QueueDeleteAsync(queue);
            await channel.ExchangeDeleteAsync(queue);
        }
    }

    /// <summary>Takes the next message from a queue of the broker, as its text.</summary>
    public async Task<string> TakeAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = _broker! }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var taken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            taken.TrySetResult(Encoding.UTF8.GetString(message.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return await taken.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private Dictionary<string, string?> Settings(Uri? broker)
    {
        var settings = new Dictionary<string, string?> { ["Bus:Transport"] = transport.ToString() };
        if (broker is null)
            return settings;
        settings["Bus:Host"] = broker.Host;
        settings["Bus:Port"] = $"{broker.Port}";
        settings["Bus:Username"] = broker.UserInfo.Split(':')[0];
        settings["Bus:Password"] = broker.UserInfo.Split(':')[1];
        return settings;
    }
}
