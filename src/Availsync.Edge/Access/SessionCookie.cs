namespace Availsync.Edge.Access;

/// <summary>The cookie of a person's session: an opaque token that slides for 12 hours with every look-up.</summary>
internal static class SessionCookie
{
    public const string Name = "availsync_session";

    private const int LengthMax = 256;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The token, or null where there is none that could be one.</summary>
    public static string? Read(HttpRequest request) =>
        request.Cookies[Name] is { Length: > 0 and <= LengthMax } token ? token : null;

    /// <summary>
    /// Gives the browser another 12 hours, unless the answer says something of the session itself (a sign-out).
    /// </summary>
    public static void Renew(HttpContext context, string token) => context.Response.OnStarting(() =>
    {
        var cookies = context.Response.Headers.SetCookie;
        if (!cookies.Any(cookie => cookie?.StartsWith(Name + "=", StringComparison.Ordinal) == true))
            context.Response.Cookies.Append(Name, token, Options(context));
        return Task.CompletedTask;
    });

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps || !Loopback.HasBothEnds(context),
        MaxAge = Lifetime,
        Path = "/",
    };
}
