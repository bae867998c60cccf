using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Simulation.Planting;

/// <summary>
/// Mistakes that the simulation puts into the product, one at a time, to show that it notices. They are made at its seams
/// (store, core), and no setting of the service can make them.
/// </summary>
public enum PlantedBug
{
    /// <summary>The product as it is.</summary>
    None,

    /// <summary>No fence check: whoever has lost a partition is told that it is still his, and commits.</summary>
    NoFence,

    /// <summary>Reply before commit: where the commit then fails, the replies have left.</summary>
    ReplyBeforeCommit,

    /// <summary>Expiry by message only: a lease that has run out holds until its timed message has come.</summary>
    ExpiryByMessageOnly,
}

/// <summary>A core that does not look at the clock: only a wake-up ends a lease.</summary>
internal static class SleepyCore
{
    public static Decision Decide(RootState state, Command command, DecisionContext context)
    {
        if (command is ExpireClaim) return Arbitration.Decide(state, command, context);
        var stillRunning = state.Claims.Values
            .Where(c => c.Status == ClaimStatus.Active && c.ExpiresAt <= context.Now)
            .Select(c => KeyValuePair.Create(c.Id, c with { ExpiresAt = context.Now.AddMilliseconds(1) }));
        return Arbitration.Decide(
            state with { Claims = state.Claims.SetItems(stillRunning) }, command, context);
    }
}
