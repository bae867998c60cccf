using System.Globalization;
using System.Text.Json;
using Availsync.Http;

namespace Availsync.Edge.Answers;

/// <summary>An answer with a body in the contract's form.</summary>
/// <param name="Body">Serialised by its own type.</param>
/// <param name="RetryAfter">When it is worth asking again; told in seconds by the header.</param>
internal sealed record Answer(object Body, int Status = 200, RetryAfter? RetryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Body, Body.GetType(), WireJson.Options);
        response.StatusCode = Status;
        response.ContentType = WireJson.ContentType;
        response.ContentLength = bytes.Length;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = wait.Seconds.ToString(CultureInfo.InvariantCulture);
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}

/// <summary>A wait in whole seconds: rounded up, so that nobody comes back too early; 0 where it is over.</summary>
internal readonly record struct RetryAfter(int Seconds)
{
    public static RetryAfter Until(DateTimeOffset time, DateTimeOffset now) =>
        new((int)Math.Clamp(Math.Ceiling((time - now).TotalSeconds), 0, int.MaxValue));

    public static RetryAfter? Until(DateTimeOffset? time, DateTimeOffset now) =>
        time is { } known ? Until(known, now) : null;
}
