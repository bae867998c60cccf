using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>Which agents that ask for a claim, or wait for one, have been disabled or deleted meanwhile.</summary>
internal static class EndedAgents
{
    public static async Task<IReadOnlySet<Guid>> AmongAsync(
        ArbiterDbContext context, IEnumerable<PendingCommand> commands, IEnumerable<StartRun> waiting)
    {
        var asking = commands.Select(c => c.Command).OfType<StartRun>().Concat(waiting)
            .Select(s => s.Caller.AgentId).ToHashSet();
        if (asking.Count == 0) return asking;
        return await context.Agents.Where(a => a.Ended && asking.Contains(a.Id)).Select(a => a.Id).ToHashSetAsync();
    }
}
