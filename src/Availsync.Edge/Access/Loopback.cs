using System.Net;

namespace Availsync.Edge.Access;

/// <summary>Tells a client on this very machine from one that a proxy on it speaks for.</summary>
internal static class Loopback
{
    /// <summary>The last two are what <see cref="TrustedProxies"/> leaves of what it has believed.</summary>
    private static readonly string[] ProxyHeaders =
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "Via", "X-Original-For", "X-Original-Proto"];

    /// <summary>Whether the client is on this machine: both ends loopback, and no proxy in between.</summary>
    public static bool HasBothEnds(HttpContext context) =>
        IsLoopback(context.Connection.RemoteIpAddress)
        && IsLoopback(context.Connection.LocalIpAddress)
        && !ProxyHeaders.Any(context.Request.Headers.ContainsKey);

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);
}
