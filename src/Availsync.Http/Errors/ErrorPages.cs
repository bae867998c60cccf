using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Availsync.Http;

/// <summary>
/// Gives every refusal of the framework the contract's error object: unknown routes and methods, bodies that are too
/// large, media types, and faults.
/// </summary>
public static partial class ErrorPages
{
    /// <summary>Adds request ids and error pages; belongs in front of everything else.</summary>
    public static IApplicationBuilder UseHttpConventions(this IApplicationBuilder app, ILogger logger) =>
        app.Use((context, next) => context.AssignRequestIdAsync(logger, next))
            .Use((context, next) => GuardAsync(context, next, logger));

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception)
        {
            await ReplaceAsync(
                context, OfStatus(exception.StatusCode) ?? ApiError.InvalidJson("The body ended early."));
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // The client has hung up: there is nobody to answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            Faulted(logger, exception, context.RequestId(), context.Request.Method);
            await ReplaceAsync(context, ApiError.Internal());
            return;
        }

        var response = context.Response;
        if (!response.HasStarted && HasNoBody(response) && OfStatus(response.StatusCode) is { } error)
            await error.ExecuteAsync(context);
    }

    private static bool HasNoBody(HttpResponse response) =>
        response.ContentLength is null or 0 && string.IsNullOrEmpty(response.ContentType);

    private static ApiError? OfStatus(int status) => status switch
    {
        400 => ApiError.ValidationFailed("request", "The request is malformed."),
        401 => ApiError.Unauthorized(),
        403 => ApiError.Forbidden("The caller may not do this."),
        404 => ApiError.NotFound(),
        405 => ApiError.MethodNotAllowed(),
        413 => ApiError.PayloadTooLarge(),
        415 => ApiError.UnsupportedMediaType(),
        >= 500 => ApiError.Internal(),
        _ => null,
    };

    private static Task ReplaceAsync(HttpContext context, ApiError error)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        context.Response.Clear();
        context.Response.Headers[RequestIds.Header] = context.RequestId();
        return error.ExecuteAsync(context);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {request_id} ({method}) has faulted")]
    private static partial void Faulted(ILogger logger, Exception exception, string request_id, string method);
}
