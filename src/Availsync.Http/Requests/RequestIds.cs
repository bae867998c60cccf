using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Availsync.Http;

/// <summary>
/// <c>X-Request-Id</c>: the caller's own where it is sane (1 to 128 visible ASCII characters), else a new UUIDv7; on
/// every response and in every log line.
/// </summary>
public static class RequestIds
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Request-Id";

    private const int LengthMax = 128;

    /// <summary>The id of this request.</summary>
    public static string RequestId(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.TraceIdentifier;
    }

    internal static async Task AssignRequestIdAsync(this HttpContext context, ILogger logger, RequestDelegate next)
    {
        var given = context.Request.Headers[Header];
        var time = (TimeProvider?)context.RequestServices.GetService(typeof(TimeProvider)) ?? TimeProvider.System;
        context.TraceIdentifier = given is [{ } only] && IsSane(only)
            ? only
            : Guid.CreateVersion7(time.GetUtcNow()).ToString("D");
        context.Response.Headers[Header] = context.TraceIdentifier;
        using var scope = logger.BeginScope(
            new Dictionary<string, object> { ["request_id"] = context.TraceIdentifier });
        await next(context);
    }

    private static bool IsSane(string text) =>
        text.Length is >= 1 and <= LengthMax && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
