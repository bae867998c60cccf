using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Availsync.Accounting;
using Availsync.Arbiter;
using Availsync.Bus;
using Availsync.Edge;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Availsync.Standalone;

/// <summary>
/// Edge, arbiter and accounting in one process, over an in-memory bus and SQLite: the very code of the services. The
/// public address is the edge's; accounting's HTTP API has a loopback port of its own, and the edge reaches it by proxy
/// and signed identity just as over a network.
/// </summary>
internal static class StandaloneHost
{
    public static IHost Build(string[] args)
    {
        var accountingPort = FreePort();
        var host = Host.CreateDefaultBuilder(args)
            .ConfigureHostConfiguration(configuration => configuration.AddDefaults(accountingPort))
            .ConfigureAppConfiguration(configuration => configuration.AddDefaults(accountingPort))
            .ConfigureWebHostDefaults(web => web
                .ConfigureServices((context, services) => services
                    .AddAccounting(context.Configuration)
                    .AddArbiter(context.Configuration)
                    .AddEdge(context.Configuration)
                    .AddAvailsyncBus(context.Configuration))
                .Configure(app =>
                {
                    app.ServerFeatures.GetRequiredFeature<IServerAddressesFeature>().Addresses
                        .Add($"http://127.0.0.1:{accountingPort}");
                    app.MapWhen(
                        call => call.Connection.LocalPort == accountingPort, branch => branch.UseAccounting());
                    app.UseEdge();
                }));
        return Greeting.Announced(host.Build(), accountingPort);
    }

    /// <summary>What differs from the services' own defaults; every other source of settings goes before it.</summary>
    private static void AddDefaults(this IConfigurationBuilder configuration, int accountingPort) =>
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                [WebHostDefaults.ServerUrlsKey] = "http://127.0.0.1:8080",
                ["Accounting:Address"] = $"http://127.0.0.1:{accountingPort}",
                ["Internal:SigningKey"] = SigningKey,
                ["Partitions:Count"] = "4", // One writer a file: more partitions would only split the batches.
                ["Arbiter:SoleInstance"] = "true",
                ["Arbiter:OwnershipLeaseSeconds"] = "30",
                ["Arbiter:OwnershipRenewalSeconds"] = "10",
                ["Logging:LogLevel:Default"] = "Warning",
            },
        });

    /// <summary>Only this process signs and only this process reads: a key for its lifetime is enough.</summary>
    private static string SigningKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>A port that the system has just handed out and hands out to nobody else for a while.</summary>
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
