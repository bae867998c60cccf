using System.Security.Cryptography;
using Availsync.Accounting;
using Availsync.Arbiter;
using Availsync.Bus;
using Availsync.Edge;
using Availsync.Http;
using Availsync.Operations;

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
        var directory = DataDirectory.Open(args);
        var inside = new InternalPort();
        var host = Host.CreateDefaultBuilder(args)
            .ConfigureHostConfiguration(AddDefaults)
            .ConfigureAppConfiguration(AddDefaults)
            .ConfigureAppConfiguration(configuration => configuration.AddSecretFiles())
            .ConfigureAppConfiguration(configuration => Settle(configuration, inside))
            .ConfigureWebHostDefaults(web => web
                .UseSockets(sockets => sockets.CreateBoundListenSocket = inside.SocketOf)
                .ConfigureServices((context, services) => services
                    .AddOperations(context.Configuration, "availsync")
                    .AddSingleton(_ => directory)
                    .AddAccounting(context.Configuration)
                    .AddArbiter(context.Configuration)
                    .AddEdge(context.Configuration)
                    .AddAvailsyncBus(context.Configuration))
                .Configure(app => app
                    .MapWhen(call => call.Connection.LocalPort == inside.Number, branch => branch.UseAccounting())
                    .UseEdge()))
            .Build();

        // Whoever made it disposes of it: with the host, after everything that writes into the directory.
        _ = host.Services.GetRequiredService<DataDirectory>();
        return Greeting.Announced(host, inside.Number);
    }

    /// <summary>Where accounting is reached is no matter of choice here, whatever the settings say.</summary>
    private static void Settle(IConfigurationBuilder configuration, InternalPort inside)
    {
        var given = configuration.Build();
        var endpoints = given.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).ToList();
        var hasEndpoints = endpoints.Count > 0;
        var urls = given[WebHostDefaults.ServerUrlsKey]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [];
        inside.KeepOutOf(endpoints.OfType<string>().Concat(urls));
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Accounting:Address"] = inside.Address,

            // Kestrel listens on the endpoints of its own section where there are any, else on the urls.
            [hasEndpoints ? "Kestrel:Endpoints:AvailsyncAccounting:Url" : WebHostDefaults.ServerUrlsKey] =
                hasEndpoints ? inside.Address : $"{given[WebHostDefaults.ServerUrlsKey]};{inside.Address}",
        });
    }

    /// <summary>What differs from the services' own defaults; every other source of settings goes before it.</summary>
    private static void AddDefaults(IConfigurationBuilder configuration) =>
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                [WebHostDefaults.ServerUrlsKey] = "http://127.0.0.1:8080",
                ["Internal:SigningKey"] = SigningKey,
                ["Partitions:Count"] = "4", // One writer a file: more partitions would only split the batches.
                ["Arbiter:SoleInstance"] = "true",
                ["Arbiter:OwnershipLeaseSeconds"] = "30",
                ["Arbiter:OwnershipRenewalSeconds"] = "10",
                ["Logging:LogLevel:Default"] = "Warning",

                // Why it cannot start is told in a line of its own.
                ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
            },
        });

    /// <summary>Only this process signs and only this process reads: a key for its lifetime is enough.</summary>
    private static string SigningKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
