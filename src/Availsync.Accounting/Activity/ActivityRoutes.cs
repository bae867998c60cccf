using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>GET /v1/activity</c>: the calls of agents, the newest first.</summary>
internal static class ActivityRoutes
{
    public static void MapActivity(this IEndpointRouteBuilder routes) =>
        routes.MapMember("GET", "/v1/activity", Access.Read, ListAsync);

    private static async Task<IResult> ListAsync(OrgCall call)
    {
        List<FieldError> errors = [];
        var query = call.Context.Request.Query;
        var filter = HistoryFilter.Read(query, errors);
        var status = ReadStatus(query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        if (!await filter.NamesOwnAgentAsync(call)) return ApiError.NotFound("There is no such agent.");
        var rows = call.Db.Activity.AsNoTracking().Where(row => row.OrgId == call.OrgId);
        if (filter.AgentId is { } agent) rows = rows.Where(row => row.AgentId == agent);
        if (filter.Type is { } type) rows = rows.Where(row => row.Type == type);
        if (status is { } wanted) rows = rows.Where(row => row.Status == wanted);
        if (filter.From is { } from) rows = rows.Where(row => row.At >= from);
        if (filter.To is { } to) rows = rows.Where(row => row.At < to);
        var (found, pagination) = await rows.OrderByDescending(row => row.At).ThenByDescending(row => row.Id)
            .ReadAsync(filter.Page, call.Aborted);
        return WireJson.Answer(new ActivityPage([.. found.Select(ActivityBody.Of)], pagination));
    }

    private static TrafficStatus? ReadStatus(IQueryCollection query, List<FieldError> errors)
    {
        if (QueryFields.Text(query, "status", errors) is not { } text) return null;
        foreach (var status in Enum.GetValues<TrafficStatus>())
        {
            if (text == Name(status)) return status;
        }

        errors.Add(new FieldError(
            "status", $"Must be one of {string.Join(", ", Enum.GetValues<TrafficStatus>().Select(Name))}."));
        return null;
    }

    private static string Name(TrafficStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}

/// <summary>A call on the wire.</summary>
internal sealed record ActivityBody(
    Guid Id,
    DateTimeOffset At,
    Guid? AgentId,
    string? AgentName,
    string Type,
    string Endpoint,
    TrafficStatus Status,
    int HttpStatus,
    int LatencyMs,
    string? ClientName,
    string? Error,
    Guid? ClaimId,
    string? Resource)
{
    public static ActivityBody Of(ActivityRow row) => new(
        row.Id, row.At, row.AgentId, row.AgentName, row.Type, row.Endpoint, row.Status, row.HttpStatus, row.LatencyMs,
        row.ClientName, row.Error, row.ClaimId, row.Resource);
}

/// <summary>A page of calls.</summary>
internal sealed record ActivityPage(IReadOnlyList<ActivityBody> Activity, Pagination Pagination);
