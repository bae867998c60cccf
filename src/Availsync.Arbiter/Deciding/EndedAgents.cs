using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// Which agents that ask for a claim or a hold, or wait for a claim, have been disabled or deleted meanwhile.
/// </summary>
internal static class EndedAgents
{
    public static async Task<IReadOnlySet<Guid>> AmongAsync(
        ArbiterDbContext context, IEnumerable<PendingCommand> commands, IEnumerable<StartRun> waiting)
    {
        var asking = commands.Select(c => CallerOf(c.Command)?.AgentId).OfType<Guid>()
            .Concat(waiting.Select(s => s.Caller.AgentId)).ToHashSet();
        if (asking.Count == 0) return asking;
        return await context.Agents.Where(a => a.Ended && asking.Contains(a.Id)).Select(a => a.Id).ToHashSetAsync();
    }

    /// <summary>Who asks for a claim or a hold; null for any other command.</summary>
    public static Caller? CallerOf(Command command) => command switch
    {
        StartRun start => start.Caller,
        PlaceHold place => place.Caller,
        _ => null,
    };
}
