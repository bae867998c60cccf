using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Maps routes that only people call, and only for the workspace that they are members of.</summary>
internal static class OrgRoutes
{
    /// <summary>Maps <paramref name="pattern"/> below <c>/v1/orgs/{org_id}</c>.</summary>
    public static void MapOrg(
        this IEndpointRouteBuilder routes,
        string method,
        string pattern,
        Access access,
        Func<OrgCall, Task<IResult>> handler,
        bool isRepeatable = false) =>
        routes.MapMember(method, $"/v1/orgs/{{org_id}}{pattern}", access, handler, isRepeatable);

    /// <summary>
    /// Maps a route of the caller's own workspace, whether or not its path names that. A repeatable one keeps refusals
    /// under an <c>Idempotency-Key</c>, those for want of a role included, so it finds them by
    /// <see cref="OrgCall.ChangeOnceAsync"/>.
    /// </summary>
    public static void MapMember(
        this IEndpointRouteBuilder routes,
        string method,
        string path,
        Access access,
        Func<OrgCall, Task<IResult>> handler,
        bool isRepeatable = false) =>
        routes.MapMethods(path, [method], (RequestDelegate)(async context =>
        {
            var answer = await AnswerAsync(context, access, handler, isRepeatable && Repeats.IsAsked(context));
            await answer.ExecuteAsync(context);
        }));

    private static async Task<IResult> AnswerAsync(
        HttpContext context, Access access, Func<OrgCall, Task<IResult>> handler, bool refusesLater)
    {
        var principal = context.Identity().Principal;
        if (principal is null) return ApiError.Unauthorized();
        if (principal is not PersonPrincipal person)
            return ApiError.Forbidden("This needs a person's session; an agent's key does not do.");

        var db = context.RequestServices.GetRequiredService<AccountingDbContext>();
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        if (await Member.FindAsync(db, person, now, context.RequestAborted) is not { } member)
            return ApiError.Unauthorized();
        var call = new OrgCall(context, db, person, access, member, now);
        if (context.Request.RouteValues.ContainsKey("org_id") && call.PathId("org_id") != member.Workspace.Id)
            return ApiError.NotFound();
        var refusal = refusesLater ? null : access.Refuse(member.Person.Role);
        return refusal ?? await handler(call);
    }
}
