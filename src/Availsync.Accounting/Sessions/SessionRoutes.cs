using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>
/// <c>/v1/auth</c> and <c>/v1/me</c>. An <c>Idempotency-Key</c> has no effect on sign-up, sign-in and log-out: before a
/// sign-in there is nobody to scope it to, and the cookie must not be stored.
/// </summary>
internal static class SessionRoutes
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapOpen<SignUp>("POST", "/v1/auth/signup", (route, context) => route.AnswerAsync(context));
        routes.MapOpen<SignIn>("POST", "/v1/auth/login", (route, context) => route.AnswerAsync(context));
        routes.MapOpen<LogOut>("POST", "/v1/auth/logout", (route, context) => route.AnswerAsync(context));
        routes.MapOpen<Me>("GET", "/v1/me", (route, context) => route.AnswerAsync(context));
    }

    private static void MapOpen<T>(
        this IEndpointRouteBuilder routes, string method, string path, Func<T, HttpContext, Task<IResult>> answer)
        where T : class =>
        routes.MapMethods(path, [method], (RequestDelegate)(async context =>
        {
            var result = Refuse(context) ?? await answer(context.RequestServices.GetRequiredService<T>(), context);
            await result.ExecuteAsync(context);
        }));

    /// <summary>A malformed header is still told to the client, though a sound one would have no effect.</summary>
    private static ApiError? Refuse(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) ? Repeats.Read(context).Error : null;
}
