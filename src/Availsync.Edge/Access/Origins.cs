using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Access;

/// <summary>
/// Refuses a page of another site that makes the browser send a session along (CSRF). Browsers name the page's origin
/// on every unsafe method; a caller that names none is no browser.
/// </summary>
internal sealed class Origins(IOptions<EdgeOptions> options)
{
    private readonly HashSet<string> _allowed =
        options.Value.AllowedOrigins.Select(o => o.TrimEnd('/')).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public static ApiError Refusal { get; } = new(403, "csrf_rejected", "The request came from another origin.");

    public bool Rejects(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || request.Headers.Origin.Count == 0) return false;
        if (!request.Cookies.ContainsKey(SessionCookie.Name)) return false;
        return request.Headers.Origin is not [{ } origin]
            || !(_allowed.Contains(origin) || IsOwn(origin, request.Host));
    }

    /// <summary>
    /// Compares host and port alone: behind a proxy that ends TLS, the scheme of the request is not the browser's.
    /// </summary>
    private static bool IsOwn(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)) return false;
        if (uri.Scheme is not ("http" or "https")) return false;
        if (!Uri.TryCreate($"{uri.Scheme}://{host.Value}", UriKind.Absolute, out var own)) return false;
        return string.Equals(uri.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);
    }
}
