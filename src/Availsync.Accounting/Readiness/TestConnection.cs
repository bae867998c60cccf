using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// <c>POST …/agents/{agent_id}/test-connection</c>: whether an agent could work right now, point by point. Reads only.
/// </summary>
internal static class TestConnection
{
    private const string Pass = "pass";
    private const string Warn = "warn";
    private const string Fail = "fail";

    public static void MapTestConnection(this IEndpointRouteBuilder routes) =>
        routes.MapOrg("POST", "/agents/{agent_id}/test-connection", Access.Read, AnswerAsync);

    private static async Task<IResult> AnswerAsync(OrgCall call)
    {
        if (Repeats.Read(call.Context).Error is { } wrongKey) return wrongKey;
        if (await call.FindAgentAsync() is not { } agent) return ApiError.NotFound();
        var keys = await call.Db.Keys.LiveAt(call.Now).CountAsync(row => row.AgentId == agent.Id, call.Aborted);
        var usage = await PlanUsage.FindAsync(call);
        Check[] checks =
        [
            agent.Disabled
                ? new Check("agent_enabled", Fail, "The agent is disabled.")
                : new Check("agent_enabled", Pass, "The agent is enabled."),
            keys == 0
                ? new Check("live_key", Fail, "The agent has no key that works; create one.")
                : new Check("live_key", Pass, "The agent has a key that works."),
            agent.LastSeenAt is { } seen
                ? new Check("last_seen", Pass, $"The agent was last seen at {Rfc3339.Format(seen)}.")
                : new Check("last_seen", Warn, "The agent has never been seen."),
            (agent.Mode ?? call.Workspace.Mode) == ArbitrationMode.Observe
                ? new Check("mode", Warn, "The agent only observes: it is granted nothing and refused nothing.")
                : new Check("mode", Pass, "The agent's claims are enforced."),
            RoomIn(call.Plans.Of(call.Workspace.Plan), usage),
            usage is null
                ? new Check("arbiter", Fail, "No arbiter has answered in time.")
                : new Check("arbiter", Pass, "An arbiter answers."),
            new Check("accounting", Pass, "Accounting answers."),
        ];
        return WireJson.Answer(new Readiness(!checks.Any(check => check.Status == Fail), checks));
    }

    private static Check RoomIn(Plan plan, PlanUsage? usage)
    {
        const string Name = "plan_room";
        if (usage is null) return new Check(Name, Warn, "Nobody could tell how much of the plan is used.");
        var hints = BillingStatus.Of(plan, usage, default).UpgradeHints
            .Where(hint => hint.Limit is not PlanLimit.Agents).ToList(); // The agent is there already.
        if (hints.Find(hint => hint.Used >= hint.Max) is { } full) return new Check(Name, Fail, full.Message);
        return hints.Count > 0
            ? new Check(Name, Warn, hints[0].Message)
            : new Check(Name, Pass, $"The plan '{plan.Name}' leaves room.");
    }

    private sealed record Readiness(bool Ready, IReadOnlyList<Check> Checks);

    private sealed record Check(string Name, string Status, string Message);
}
