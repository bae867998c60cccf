using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Access;

/// <summary>Who a call is from, where a proxy of the operator's own has passed it on.</summary>
internal static class TrustedProxies
{
    /// <summary>
    /// Believes the proxies of <see cref="EdgeOptions.TrustedProxies"/> one step back and no further: what a client
    /// has written into the header itself stands before that.
    /// </summary>
    public static void UseTrustedProxies(this IApplicationBuilder app)
    {
        var networks = app.ApplicationServices.GetRequiredService<IOptions<EdgeOptions>>().Value.TrustedProxies;
        if (networks.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = 1,
        };

        // Loopback is trusted by default, which the setting does not say.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks) options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        app.UseForwardedHeaders(options);
    }
}
