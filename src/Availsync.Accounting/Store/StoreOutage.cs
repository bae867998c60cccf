using System.Data.Common;
using System.Net.Sockets;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>
/// A store that is away is no fault of ours that a client could report, but a reason to come back: 503 in place of 500.
/// </summary>
internal static partial class StoreOutage
{
    public static IApplicationBuilder UseStoreOutage(this IApplicationBuilder app, ILogger logger) =>
        app.Use((context, next) => GuardAsync(context, next, logger));

    /// <summary>
    /// Whether somewhere in the cause is a connection that was lost or refused, or a server that is starting, stopping,
    /// full or closed (classes 08, 53, 55 and 57 of PostgreSQL's codes).
    /// </summary>
    public static bool IsCauseOf(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is SocketException or DbException { IsTransient: true }) return true;
            if (exception is DbException { SqlState: { Length: 5 } code } && code[..2] is "08" or "53" or "55" or "57")
                return true;
        }

        return false;
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && IsCauseOf(exception))
        {
            LogAway(logger, exception, context.RequestId());
            context.Response.Headers.SetCookie = default;
            await ApiError.AccountingUnavailable().ExecuteAsync(context);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {request_id} was refused: the store does not answer")]
    private static partial void LogAway(ILogger logger, Exception exception, string request_id);
}
