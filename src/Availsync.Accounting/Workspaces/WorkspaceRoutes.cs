using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary><c>/v1/orgs/{org_id}</c>: the workspace and its settings.</summary>
internal static class WorkspaceRoutes
{
    private const int GraceSecondsMax = 60;

    public static void MapWorkspaces(this IEndpointRouteBuilder routes)
    {
        routes.MapOrg("GET", "", Access.Read, call => Task.FromResult(Answer(call)));
        routes.MapOrg("PATCH", "", Access.Change, PatchAsync);
    }

    private static IResult Answer(OrgCall call) =>
        WireJson.Answer(new WorkspaceEnvelope(WorkspaceBody.Of(call.Workspace, call.Member.Person.Role)));

    private static async Task<IResult> PatchAsync(OrgCall call)
    {
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var name = fields.Label("name", WorkspaceRow.NameLengthMax);
        var mode = fields.Choice<ArbitrationMode>("mode");
        var arbitration = fields.Choice<ArbitrationRule>("arbitration");
        var grace = fields.Whole("expiry_grace_seconds", 0, GraceSecondsMax);
        if (fields.Refusal is { } refusal) return refusal;

        return await call.ChangeAsync(() =>
        {
            var workspace = call.Workspace;
            workspace.Name = name ?? workspace.Name;
            workspace.Mode = mode ?? workspace.Mode;
            workspace.Arbitration = arbitration ?? workspace.Arbitration;
            workspace.ExpiryGraceSeconds = grace ?? workspace.ExpiryGraceSeconds;
            if (call.ChangedFields(workspace) is { Count: > 0 } changed)
                call.Note("org.updated", new { Changed = changed });
            call.PrincipalsChanged();
            return Task.FromResult(Answer(call));
        });
    }
}
