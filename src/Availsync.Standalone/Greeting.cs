using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Availsync.Standalone;

/// <summary>Says on the console where to find the service, once it listens.</summary>
internal static class Greeting
{
    public static IHost Announced(IHost host, int accountingPort)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
            foreach (var address in addresses?.Addresses ?? [])
            {
                if (new Uri(address).Port != accountingPort)
                    Console.WriteLine($"Availsync listens on {address} (reference: {address}/reference)");
            }
        });
        return host;
    }
}
