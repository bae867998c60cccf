using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>/v1/orgs/{org_id}/members</c>.</summary>
internal static class MemberRoutes
{
    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        routes.MapOrg("GET", "/members", Access.Read, ListAsync);
        routes.MapOrg("POST", "/members", Access.Own, AddAsync, isRepeatable: true);
        routes.MapOrg("DELETE", "/members/{user_id}", Access.Own, RemoveAsync);
    }

    private static async Task<IResult> ListAsync(OrgCall call)
    {
        List<FieldError> errors = [];
        var page = Page.Read(call.Context.Request.Query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        var all = call.Db.People.AsNoTracking().Where(row => row.OrgId == call.OrgId);
        var total = await all.CountAsync(call.Aborted);
        var rows = await all.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Skip(page.Offset).Take(page.Limit).ToListAsync(call.Aborted);
        return WireJson.Answer(new MemberPage([.. rows.Select(MemberBody.Of)], page.Of(total)));
    }

    private static async Task<IResult> AddAsync(OrgCall call)
    {
        var (key, wrongKey) = Repeats.Read(call.Context);
        if (wrongKey is not null) return wrongKey;
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var form = CredentialsForm.Read(fields);
        var role = fields.Choice<Role>("role", required: true);
        if (fields.Refusal is { } refusal) return refusal;

        // Hashing takes its time, so it is done before anybody else has to wait for this change.
        var passwords = call.Context.RequestServices.GetRequiredService<Passwords>();
        var hash = await passwords.HashAsync(form.Password, call.Aborted);
        var person = form.ToRow(call.OrgId, role!.Value, hash, call.Now);
        return await call.ChangeOnceAsync(key, body, async () =>
        {
            if (!await person.TryAddAsync(call.Db, call.Aborted)) return EmailTaken.Error;
            call.Note("member.added", new { UserId = person.Id, person.Email, person.Role });
            return WireJson.Answer(new MemberEnvelope(MemberBody.Of(person)), StatusCodes.Status201Created);
        });
    }

    private static Task<IResult> RemoveAsync(OrgCall call) => call.ChangeAsync(async () =>
    {
        var id = call.PathId("user_id");
        var person = await call.Db.People.SingleOrDefaultAsync(
            row => row.Id == id && row.OrgId == call.OrgId, call.Aborted);
        if (person is null) return ApiError.NotFound();
        var owners = await call.Db.People.CountAsync(
            row => row.OrgId == call.OrgId && row.Role == Role.Owner, call.Aborted);
        if (person.Role == Role.Owner && owners == 1)
            return ApiError.Forbidden("The last owner of a workspace stays; add another owner first.");
        call.Db.Remove(person); // The sessions go with the person.
        call.Note("member.removed", new { UserId = person.Id, person.Email, person.Role });
        call.PrincipalsChanged();
        return Results.NoContent();
    });
}
