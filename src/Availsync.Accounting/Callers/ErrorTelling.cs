using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Tells the edge the code of an error beside the answer, so that it need not read the body.</summary>
internal static class ErrorTelling
{
    public static IApplicationBuilder UseErrorTelling(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            if (context.ErrorCode() is { } code)
                context.Response.Headers[InternalIdentity.ErrorHeader] = code;
            return Task.CompletedTask;
        });
        return next(context);
    });
}
