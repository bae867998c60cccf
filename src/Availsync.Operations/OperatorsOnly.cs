using System.Net;
using Availsync.Operations.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Operations;

/// <summary>Tells operators from others by where they call from.</summary>
internal sealed class OperatorsOnly(IOptions<MetricsOptions> options)
{
    private static readonly string[] ProxyFields = ["Forwarded", "X-Forwarded-For", "Via"];
    private readonly IReadOnlyList<IPNetwork> _networks = [.. options.Value.AllowedNetworks.Select(IPNetwork.Parse)];

    /// <summary>
    /// A call through a proxy has the proxy's address, which says nothing of the caller: it is nobody's of ours.
    /// </summary>
    public bool Admits(HttpContext context, Audience audience)
    {
        if (audience == Audience.Operators) return true;
        if (ProxyFields.Any(context.Request.Headers.ContainsKey)) return false;
        if (context.Connection.RemoteIpAddress is not { } address) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return IPAddress.IsLoopback(address) || _networks.Any(network => network.Contains(address));
    }
}
