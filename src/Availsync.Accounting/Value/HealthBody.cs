using System.Text.Json;
using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Sums of any number of days and agents, on the wire.</summary>
internal sealed record DaySums(
    long RunsStarted,
    long RunsSkipped,
    long ObservedConflicts,
    long ConflictsPrevented,
    decimal GuardedMinutes,
    long TokensReported,
    decimal CostUsdReported)
{
    private const int MillisecondsInMinute = 60_000;
    private const decimal MicrosInUnit = 1_000_000;

    public static DaySums Of(IEnumerable<DailyRow> rows)
    {
        var sum = new DailyRow { OrgId = default, AgentId = default, Day = default };
        foreach (var row in rows)
        {
            sum.RunsStarted += row.RunsStarted;
            sum.RunsSkipped += row.RunsSkipped;
            sum.ObservedConflicts += row.ObservedConflicts;
            sum.ConflictsPrevented += row.ConflictsPrevented;
            sum.GuardedMilliseconds += row.GuardedMilliseconds;
            sum.TokensReported += row.TokensReported;
            sum.CostMicroUsd += row.CostMicroUsd;
        }

        return new DaySums(
            sum.RunsStarted, sum.RunsSkipped, sum.ObservedConflicts, sum.ConflictsPrevented,
            decimal.Round((decimal)sum.GuardedMilliseconds / MillisecondsInMinute, 1), sum.TokensReported,
            sum.CostMicroUsd / MicrosInUnit);
    }
}

/// <summary>One day's sums.</summary>
internal sealed record DayBody(DateOnly Date, DaySums Sums);

/// <summary>An agent and what it did in the window.</summary>
internal sealed record AgentHealth(
    Guid Id,
    string Name,
    PresenceStatus Status,
    DateTimeOffset? LastSeenAt,
    ArbitrationMode Mode,
    long Runs,
    long Skips,
    long Errors);

/// <summary>The answer of <c>GET /v1/value/health</c>.</summary>
internal sealed record HealthBody(
    int WindowDays, DaySums Sums, IReadOnlyList<DayBody> Daily, IReadOnlyList<AgentHealth> Agents)
{
    /// <summary>The sums stand flat beside what they are sums of.</summary>
    public JsonObject ToWire()
    {
        var json = new JsonObject { ["window_days"] = WindowDays };
        Flatten(json, Sums);
        json["daily"] = new JsonArray([.. Daily.Select(day =>
            Flatten(new JsonObject { ["date"] = day.Date.ToString("O") }, day.Sums))]);
        json["agents"] = JsonSerializer.SerializeToNode(Agents, WireJson.Options);
        return json;
    }

    private static JsonObject Flatten(JsonObject into, DaySums sums)
    {
        var members = JsonSerializer.SerializeToNode(sums, WireJson.Options)!.AsObject();
        foreach (var (name, value) in members.ToList())
        {
            members.Remove(name);
            into[name] = value;
        }

        return into;
    }
}
