namespace Availsync.Edge.Access;

/// <summary>What an endpoint asks of its callers; endpoints that say nothing ask nothing.</summary>
internal enum Admission
{
    /// <summary>Anybody may come (sign-up, sign-in), but not from a foreign page with a cookie.</summary>
    Anonymous,

    /// <summary>A key or a session.</summary>
    Authenticated,
}

/// <summary>Metadata that names what an endpoint asks.</summary>
internal sealed record AdmissionRule(Admission Admission);

/// <summary>Metadata of a route that stays only for old clients, and says so in every answer.</summary>
internal sealed record LegacyRoute(string Successor)
{
    /// <summary>Since when the route is deprecated (RFC 9745): 1 January 2026.</summary>
    public const string Deprecation = "@1767225600";

    /// <summary>When the route goes (RFC 8594).</summary>
    public const string Sunset = "Fri, 31 Dec 2027 00:00:00 GMT";

    /// <summary>Set at the last moment, so that no error page can lose them.</summary>
    public void Announce(HttpResponse response) => response.OnStarting(() =>
    {
        response.Headers["Deprecation"] = Deprecation;
        response.Headers["Sunset"] = Sunset;
        response.Headers.Link = $"<{Successor}>; rel=\"successor-version\"";
        return Task.CompletedTask;
    });
}
