using Availsync.Bus.Outbox;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>/v1/orgs/{org_id}/agents</c>.</summary>
internal static class AgentRoutes
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        routes.MapOrg("GET", "/agents", Access.Read, ListAsync);
        routes.MapOrg("POST", "/agents", Access.Change, CreateAsync);
        routes.MapOrg("GET", "/agents/{agent_id}", Access.Read, GetAsync);
        routes.MapOrg("PATCH", "/agents/{agent_id}", Access.Change, PatchAsync);
        routes.MapOrg("DELETE", "/agents/{agent_id}", Access.Change, DeleteAsync);
    }

    /// <summary>The agent that the path names, if the workspace has it.</summary>
    public static async Task<AgentRow?> FindAgentAsync(this OrgCall call) =>
        call.PathId("agent_id") is { } id
            ? await call.Db.Agents.SingleOrDefaultAsync(row => row.Id == id && row.OrgId == call.OrgId, call.Aborted)
            : null;

    private static async Task<IResult> ListAsync(OrgCall call)
    {
        List<FieldError> errors = [];
        var page = Page.Read(call.Context.Request.Query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        var all = call.Db.Agents.AsNoTracking().Where(row => row.OrgId == call.OrgId);
        var total = await all.CountAsync(call.Aborted);
        var rows = await all.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            .Skip(page.Offset).Take(page.Limit).ToListAsync(call.Aborted);
        return WireJson.Answer(new AgentPage([.. rows.Select(AgentBody.Of)], page.Of(total)));
    }

    private static async Task<IResult> CreateAsync(OrgCall call)
    {
        if (KeyedAnswers.RefuseIdempotencyKey(call.Context) is { } keyed) return keyed;
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var form = AgentForm.Read(fields, isNew: true);
        if (fields.Refusal is { } refusal) return refusal;

        return await call.ChangeAsync(async () =>
        {
            if (await AgentLimit.RefuseAsync(call) is { } full) return full;
            var agent = new AgentRow
            {
                Id = Guid.CreateVersion7(call.Now), OrgId = call.OrgId, Name = form.Name!, CreatedAt = call.Now,
            };
            form.ApplyTo(agent);
            var (key, secret) = KeyRow.Create(agent.Id, call.Now);
            call.Db.AddRange(agent, key);
            call.Note("agent.created", new { KeyId = key.Id, key.Last4 }, agent);
            var answer = new AgentCreated(AgentBody.Of(agent), KeyBody.Of(key), secret);
            return WireJson.Answer(answer, StatusCodes.Status201Created);
        });
    }

    private static async Task<IResult> GetAsync(OrgCall call) =>
        await call.FindAgentAsync() is { } agent ? AgentEnvelope.Answer(agent) : ApiError.NotFound();

    private static async Task<IResult> PatchAsync(OrgCall call)
    {
        if (await call.FindAgentAsync() is null) return ApiError.NotFound();
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var form = AgentForm.Read(fields, isNew: false);
        if (fields.Refusal is { } refusal) return refusal;

        return await call.ChangeAsync(async () =>
        {
            if (await call.FindAgentAsync() is not { } agent) return ApiError.NotFound();
            var wasDisabled = agent.Disabled;
            form.ApplyTo(agent);
            call.PrincipalsChanged();
            if (call.ChangedFields(agent, except: nameof(AgentRow.Disabled)) is { Count: > 0 } changed)
                call.Note("agent.updated", new { Changed = changed }, agent);
            if (agent.Disabled != wasDisabled) Switch(call, agent);
            return AgentEnvelope.Answer(agent);
        });
    }

    private static void Switch(OrgCall call, AgentRow agent)
    {
        if (agent.Disabled) call.Db.Enqueue(new AgentEnded(call.OrgId, agent.Id, call.Now));
        else call.Db.Enqueue(new AgentResumed(call.OrgId, agent.Id, call.Now));
        call.Note(agent.Disabled ? "agent.disabled" : "agent.enabled", new { }, agent);
    }

    private static Task<IResult> DeleteAsync(OrgCall call) => call.ChangeAsync(async () =>
    {
        if (await call.FindAgentAsync() is not { } agent) return ApiError.NotFound();
        call.Db.Remove(agent); // Its keys go with it.
        call.Note("agent.deleted", new { }, agent);
        call.PrincipalsChanged();
        call.Db.Enqueue(new AgentEnded(call.OrgId, agent.Id, call.Now));
        return Results.NoContent();
    });
}
