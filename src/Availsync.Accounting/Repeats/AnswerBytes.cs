using System.Text.Json;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>An answer that is already written, byte for byte.</summary>
/// <param name="Flag">A header that is sent as <c>true</c>; null for none.</param>
internal sealed record AnswerBytes(int Status, byte[] Body, string? Flag = null) : IResult
{
    /// <summary>What <paramref name="answer"/> would send, without sending it.</summary>
    public static async Task<(int Status, byte[] Body)> CaptureAsync(HttpContext context, IResult answer)
    {
        var (sink, status, type) = (context.Response.Body, context.Response.StatusCode, context.Response.ContentType);
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        try
        {
            await answer.ExecuteAsync(context);
            return (context.Response.StatusCode, buffer.ToArray());
        }
        finally
        {
            context.Response.Body = sink;
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
        }
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = WireJson.ContentType;
        response.ContentLength = Body.Length;
        if (Flag is not null) response.Headers[Flag] = "true";
        if (Status >= StatusCodes.Status400BadRequest) NoteError(httpContext);
        return response.Body.WriteAsync(Body, httpContext.RequestAborted).AsTask();
    }

    private void NoteError(HttpContext context)
    {
        using var body = JsonDocument.Parse(Body);
        context.NoteErrorCode(body.RootElement.GetProperty("error").GetString()!);
    }
}
