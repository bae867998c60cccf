using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>/v1/orgs/{org_id}/agents/{agent_id}/keys</c>.</summary>
internal static class KeyRoutes
{
    private const string Path = "/agents/{agent_id}/keys";
    private const int GraceSecondsMax = 24 * 60 * 60;

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapOrg("GET", Path, Access.Read, ListAsync);
        routes.MapOrg("POST", Path, Access.Change, CreateAsync);
        routes.MapOrg("POST", Path + "/{key_id}/rotate", Access.Change, RotateAsync);
        routes.MapOrg("DELETE", Path + "/{key_id}", Access.Change, RevokeAsync);
    }

    private static IQueryable<KeyRow> Live(OrgCall call, Guid agentId) =>
        call.Db.Keys.LiveAt(call.Now).Where(row => row.AgentId == agentId);

    private static async Task<KeyRow?> FindKeyAsync(OrgCall call)
    {
        if (call.PathId("key_id") is not { } id || await call.FindAgentAsync() is not { } agent) return null;
        return await Live(call, agent.Id).SingleOrDefaultAsync(row => row.Id == id, call.Aborted);
    }

    private static async Task<IResult> ListAsync(OrgCall call)
    {
        if (await call.FindAgentAsync() is not { } agent) return ApiError.NotFound();
        List<FieldError> errors = [];
        var page = Page.Read(call.Context.Request.Query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        var all = Live(call, agent.Id).AsNoTracking();
        var total = await all.CountAsync(call.Aborted);
        var rows = await all.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Skip(page.Offset).Take(page.Limit).ToListAsync(call.Aborted);
        return WireJson.Answer(new KeyPage([.. rows.Select(KeyBody.Of)], page.Of(total)));
    }

    private static async Task<IResult> CreateAsync(OrgCall call)
    {
        if (KeyedAnswers.RefuseIdempotencyKey(call.Context) is { } keyed) return keyed;
        return await call.ChangeAsync(async () =>
        {
            if (await call.FindAgentAsync() is not { } agent) return ApiError.NotFound();
            var (key, secret) = KeyRow.Create(agent.Id, call.Now);
            call.Db.Add(key);
            call.Note("key.created", new { KeyId = key.Id, key.Last4 }, agent);
            return KeyCreated.Answer(key, secret);
        });
    }

    private static async Task<IResult> RotateAsync(OrgCall call)
    {
        if (KeyedAnswers.RefuseIdempotencyKey(call.Context) is { } keyed) return keyed;
        if (await FindKeyAsync(call) is null) return ApiError.NotFound();
        var (body, error) = await JsonBody.ReadOptionalAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var grace = TimeSpan.FromSeconds(fields.Whole("grace_seconds", 0, GraceSecondsMax) ?? 0);
        if (fields.Refusal is { } refusal) return refusal;

        return await call.ChangeAsync(async () =>
        {
            if (await FindKeyAsync(call) is not { } old) return ApiError.NotFound();
            var (key, secret) = KeyRow.Create(old.AgentId, call.Now);
            call.Db.Add(key);
            if (grace == TimeSpan.Zero) call.Db.Remove(old);
            else old.ExpiresAt = Earlier(old.ExpiresAt, call.Now + grace);
            call.PrincipalsChanged();
            var replaced = new { KeyId = old.Id, NewKeyId = key.Id, key.Last4, GraceSeconds = (int)grace.TotalSeconds };
            call.Note("key.rotated", replaced, await call.FindAgentAsync());
            return KeyCreated.Answer(key, secret);
        });
    }

    private static Task<IResult> RevokeAsync(OrgCall call) => call.ChangeAsync(async () =>
    {
        if (await FindKeyAsync(call) is not { } key) return ApiError.NotFound();
        call.Db.Remove(key);
        call.Note("key.revoked", new { KeyId = key.Id, key.Last4 }, await call.FindAgentAsync());
        call.PrincipalsChanged();
        return Results.NoContent();
    });

    /// <summary>A second rotation of one key does not give it a longer life than the first has left it.</summary>
    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) =>
        one < other ? one.Value : other;
}
