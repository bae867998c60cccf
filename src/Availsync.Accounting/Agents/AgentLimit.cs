using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>How many agents a workspace may have. Exact, since changes of a workspace happen one after another.</summary>
internal static class AgentLimit
{
    /// <summary>402 where the plan allows no more; called inside of the change.</summary>
    public static async Task<ApiError?> RefuseAsync(OrgCall call)
    {
        var plan = call.Plans.Of(call.Workspace.Plan);
        if (plan.Limits.Agents is not { } max) return null;
        var used = await call.Db.Agents.LongCountAsync(row => row.OrgId == call.OrgId, call.Aborted);
        return used < max
            ? null
            : PlanLimitError.Of(new Outcome.PlanLimitReached(PlanLimit.Agents, used, max, plan));
    }
}
