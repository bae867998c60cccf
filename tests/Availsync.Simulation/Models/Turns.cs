using Availsync.Contracts;
using Availsync.Decisions;
using Availsync.Simulation.Clients;

namespace Availsync.Simulation.Models;

/// <summary>
/// Who waits is not overtaken: nobody whose turn (arrival less priority) comes later gets what excludes what an earlier
/// one waits for.
/// </summary>
internal static class Turns
{
    /// <param name="before">The places of each root before the batch. Only who waits before and after it surely did.</param>
    public static void Check(
        List<ClaimEvent> events, Func<ClaimEvent, KnownRoot> rootOf, Dictionary<KnownRoot, List<Waiter>> before,
        Action<string> fail)
    {
        foreach (var one in events)
        {
            if (one.Fact is not ClaimGranted { Claim: var claim }) continue;
            var root = rootOf(one);
            var own = before[root].Find(w => w.Ticket == claim.Id.Value);
            var arrivedAt = own?.ArrivedAt ?? one.At;
            foreach (var waiter in before[root])
            {
                if (waiter.Ticket == claim.Id.Value || !root.Queue.TryGetValue(waiter.Ticket, out var after)) continue;
                if (!waiter.IsWaiting(one.At) || !after.IsWaiting(one.At) || waiter.Request != after.Request) continue;
                if (!Cast.Conflict(waiter.Request.Resource, claim.Resource)) continue;
                if (Cast.PreemptsLower(one.OrgId) && waiter.Request.Priority < claim.Priority) continue;
                if (waiter.Turn < arrivedAt.AddSeconds(-claim.Priority))
                    fail($"{root.Label}@{claim.FencingToken.Value} overtakes one that waits longer on the same root.");
            }
        }
    }
}
