using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>The one place where it is decided who may work on what.</summary>
public static class Arbitration
{
    /// <summary>
    /// Decides <paramref name="command"/> against the state of its root. Time comes first: whatever lease has run out
    /// by now ends before anything else is looked at, so no late wake-up can keep a dead lease in anyone's way.
    /// </summary>
    /// <exception cref="BrokenInvariantException">
    /// The command belongs to another root, or is of an unknown kind.
    /// </exception>
    public static Decision Decide(RootState state, Command command, DecisionContext context)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(context);
        if (command is RecordRefusal refusal) return Decision.Of(refusal.Refusal);
        if (command is HoldCommand onHolds) return Holding.Decide(state, onHolds, context);
        var lapsed = Ending.Lapsed(state, context.Now);
        var kept = command is ServeQueue { AfterTakeover: true } ? Queueing.Keep(state, context.Now) : state;
        var current = lapsed.Aggregate(kept, Evolve);
        if (command is CheckRun check)
        {
            // Nobody has counted for a check; it is told of the queue as if the plan were in nobody's way.
            var supposed = Queueing.Serve(current, context with { Room = new PlanRoom(0, 0) });
            return Decision.Of(Starting.Check(supposed.State, check, context.Now));
        }

        var served = Queueing.Serve(current, context);
        var decision = DecideServed(served.State, command, lapsed, context.After(served.Facts));
        var next = After(served.State, decision);
        var after = Queueing.Serve(next, context.After([.. served.Facts, .. decision.Facts]));
        return new Decision(decision.Outcome, [.. lapsed, .. served.Facts, .. decision.Facts, .. after.Facts])
        {
            Queue = ReferenceEquals(after.State.Queue, state.Queue) ? null : after.State.Queue,
        };
    }

    /// <summary>The state after all that follows from <paramref name="decision"/>.</summary>
    /// <exception cref="BrokenInvariantException">A fact contradicts the state.</exception>
    public static RootState After(RootState state, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var next = decision.Facts.Aggregate(state, Evolve);
        return decision.Queue is null ? next : next with { Queue = decision.Queue };
    }

    /// <summary>The state after <paramref name="fact"/>.</summary>
    /// <exception cref="BrokenInvariantException">The fact contradicts the state.</exception>
    public static RootState Evolve(RootState state, ClaimFact fact)
    {
        ArgumentNullException.ThrowIfNull(state);
        var next = state with { LastSequence = checked(state.LastSequence + 1) };
        return fact switch
        {
            ClaimGranted granted => Grant(next, granted),
            ClaimExtended extended => Replace(next, extended.Claim),
            WorkingSetChanged changed => Replace(next, changed.Claim),
            ClaimReleased released => Replace(next, released.Claim),
            ClaimExpired expired => Replace(next, expired.Claim),
            ClaimPreempted preempted => Replace(next, preempted.Claim),
            ClaimRevoked revoked => Replace(next, revoked.Claim),
            RunSkipped or RunObserved => next,
            HoldFact onHolds => Holding.Evolve(next, onHolds),
            _ => throw new BrokenInvariantException($"Nothing is known of {fact?.GetType().Name}."),
        };
    }

    /// <summary>Decides on a root on which no lease is left that has run out, and nobody waits in vain.</summary>
    private static Decision DecideServed(
        RootState state, Command command, IReadOnlyList<ClaimFact> lapsed, DecisionContext context) => command switch
        {
            StartRun start => Starting.Start(state, start, context),
            ExtendClaim extend => Extending.Extend(state, extend, context.Now),
            DeclareWorkingSet declare => Declaring.Declare(state, declare, context.Now),
            FinishRun finish => Ending.Finish(state, finish, context.Now),
            ReleaseClaim release => Ending.Release(state, release, context.Now),
            RevokeClaim revoke => Ending.Revoke(state, revoke, context.Now),
            ExpireClaim expire => Ending.Expire(state, expire, lapsed),
            LeaveQueue leave => Queueing.Leave(state, leave, context.Now),
            ServeQueue => Decision.Of(new Outcome.QueueServed()),
            _ => throw new BrokenInvariantException($"Nobody decides {command?.GetType().Name}."),
        };

    private static RootState Grant(RootState state, ClaimGranted granted)
    {
        var claim = granted.Claim;
        if (claim.FencingToken <= state.LastToken)
            throw new BrokenInvariantException($"Token {claim.FencingToken.Value} does not grow on root {state.Root}.");
        if (state.Holding(claim.StartedAt).Any(c => Obstacles.Conflict(c.Resource, claim.Resource)))
            throw new BrokenInvariantException($"A second active claim on {claim.Resource}.");
        var next = state with
        {
            LastToken = claim.FencingToken,
            Claims = state.Claims.SetItem(claim.Id, claim),
        };
        if (claim.IsRehearsal) return next;
        var known = state.Resources.GetValueOrDefault(claim.Resource);
        var claimed = new ResourceState(
            known?.Resource ?? claim.Resource, known?.ProtectedAt ?? claim.StartedAt, claim.StartedAt);
        return next with { Resources = state.Resources.SetItem(claim.Resource, claimed) };
    }

    private static RootState Replace(RootState state, Claim claim) =>
        state.Claims.TryGetValue(claim.Id, out var held) && held.Status == ClaimStatus.Active
            ? state with { Claims = state.Claims.SetItem(claim.Id, claim) }
            : throw new BrokenInvariantException($"Claim {claim.Id} is not active.");
}
