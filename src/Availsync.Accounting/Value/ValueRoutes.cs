using System.Globalization;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>GET /v1/value/health</c>: what the product has done for a workspace, and how its agents are.</summary>
internal static class ValueRoutes
{
    private const int DaysDefault = 30;
    private const int DaysMax = 90;

    public static void MapValue(this IEndpointRouteBuilder routes) =>
        routes.MapMember("GET", "/v1/value/health", Access.Read, AnswerAsync);

    private static async Task<IResult> AnswerAsync(OrgCall call)
    {
        List<FieldError> errors = [];
        var days = ReadDays(call.Context.Request.Query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        var today = DateOnly.FromDateTime(call.Now.UtcDateTime);
        var first = today.AddDays(1 - days);
        var rows = await call.Db.Daily.AsNoTracking()
            .Where(row => row.OrgId == call.OrgId && row.Day >= first && row.Day <= today).ToListAsync(call.Aborted);
        var ofDay = rows.ToLookup(row => row.Day);
        var daily = Enumerable.Range(0, days).Select(first.AddDays)
            .Select(day => new DayBody(day, DaySums.Of(ofDay[day]))).ToList();
        var agents = await AgentsAsync(call, rows.ToLookup(row => row.AgentId));
        return WireJson.Answer(new HealthBody(days, DaySums.Of(rows), daily, agents).ToWire());
    }

    private static int ReadDays(IQueryCollection query, List<FieldError> errors)
    {
        if (!query.TryGetValue("days", out var given)) return DaysDefault;
        if (given is [{ } text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is >= 1 and <= DaysMax)
        {
            return days;
        }

        errors.Add(new FieldError("days", $"Must be a whole number from 1 to {DaysMax}."));
        return DaysDefault;
    }

    private static async Task<List<AgentHealth>> AgentsAsync(OrgCall call, ILookup<Guid, DailyRow> rowsOf)
    {
        var agents = await call.Db.Agents.AsNoTracking().Where(row => row.OrgId == call.OrgId)
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).ToListAsync(call.Aborted);
        var beats = await call.Db.Heartbeats.AsNoTracking().Where(beat => beat.OrgId == call.OrgId)
            .ToDictionaryAsync(beat => beat.AgentId, beat => beat.At, call.Aborted);
        return agents.ConvertAll(agent => new AgentHealth(
            agent.Id,
            agent.Name,
            Presence.Of(agent.LastSeenAt, beats.TryGetValue(agent.Id, out var beat) ? beat : null, call.Now),
            agent.LastSeenAt,
            agent.Mode ?? call.Workspace.Mode,
            rowsOf[agent.Id].Sum(row => row.RunsStarted),
            rowsOf[agent.Id].Sum(row => row.RunsSkipped),
            rowsOf[agent.Id].Sum(row => row.Errors)));
    }
}

/// <summary>How lately an agent has been heard of.</summary>
internal enum PresenceStatus
{
    /// <summary>Its client beats.</summary>
    Online,

    /// <summary>It has called a short while ago.</summary>
    Active,

    /// <summary>It was there once.</summary>
    Idle,

    NeverConnected,
}

internal static class Presence
{
    /// <summary>Two beats and a half: one may be lost.</summary>
    private static readonly TimeSpan OnlineFor = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan ActiveFor = TimeSpan.FromMinutes(15);

    public static PresenceStatus Of(DateTimeOffset? lastSeen, DateTimeOffset? lastBeat, DateTimeOffset now) =>
        (lastSeen, lastBeat) switch
        {
            (_, { } beat) when now - beat <= OnlineFor => PresenceStatus.Online,
            ({ } seen, _) when now - seen <= ActiveFor => PresenceStatus.Active,
            (null, null) => PresenceStatus.NeverConnected,
            _ => PresenceStatus.Idle,
        };
}
