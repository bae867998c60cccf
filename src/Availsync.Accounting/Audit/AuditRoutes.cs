using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>GET /v1/audit</c>: what was decided and changed, and who did it, the newest first.</summary>
internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapMember("GET", "/v1/audit", Access.Read, ListAsync);

    private static async Task<IResult> ListAsync(OrgCall call)
    {
        List<FieldError> errors = [];
        var query = call.Context.Request.Query;
        var filter = HistoryFilter.Read(query, errors);
        var identities = ReadResource(query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        if (!await filter.NamesOwnAgentAsync(call)) return ApiError.NotFound("There is no such agent.");
        var rows = call.Db.Audit.AsNoTracking().Where(row => row.OrgId == call.OrgId);
        if (filter.AgentId is { } agent) rows = rows.Where(row => row.AgentId == agent);
        if (filter.Type is { } type) rows = rows.Where(row => row.Type == type);
        if (identities is not null) rows = rows.Where(row => identities.Contains(row.ResourceIdentity));
        if (filter.From is { } from) rows = rows.Where(row => row.At >= from);
        if (filter.To is { } to) rows = rows.Where(row => row.At < to);
        var (found, pagination) = await rows.OrderByDescending(row => row.At).ThenByDescending(row => row.Id)
            .ReadAsync(filter.Page, call.Aborted);
        return WireJson.Answer(new AuditPage([.. found.Select(AuditBody.Of)], pagination));
    }

    /// <summary>
    /// What a claim may be on, in whichever spelling, and what a hold may be on: one name can be either.
    /// </summary>
    private static List<string?>? ReadResource(IQueryCollection query, List<FieldError> errors)
    {
        if (QueryFields.Text(query, "resource", errors) is not { } text) return null;
        List<string?> identities = [];
        if (HoldResource.TryParse(text, out var ofHold, out var error)) identities.Add(AuditRow.IdentityOf(ofHold));
        if (ResourceRef.TryParse(text, out var ofClaim, out _)) identities.Add(AuditRow.IdentityOf(ofClaim));
        if (identities.Count == 0) errors.Add(new FieldError("resource", error!));
        return identities;
    }
}

/// <summary>Who is behind a fact, on the wire.</summary>
internal sealed record ActorBody(ActorKind Type, Guid? Id, string? Name);

/// <summary>A fact on the wire.</summary>
internal sealed record AuditBody(
    Guid Id,
    DateTimeOffset At,
    string Type,
    ActorBody Actor,
    Guid? AgentId,
    string? AgentName,
    Guid? ClaimId,
    string? Resource,
    string? RequestId,
    JsonNode? Details)
{
    public static AuditBody Of(AuditRow row) => new(
        row.Id, row.At, row.Type, new ActorBody(row.ActorKind, row.ActorId, row.ActorName), row.AgentId, row.AgentName,
        row.ClaimId, row.Resource, row.RequestId, JsonNode.Parse(row.Details));
}

/// <summary>A page of facts.</summary>
internal sealed record AuditPage(IReadOnlyList<AuditBody> Audit, Pagination Pagination);
