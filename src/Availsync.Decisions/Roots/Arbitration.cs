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
        switch (command)
        {
            case CheckRun check:
                return Decision.Of(Starting.Check(state, check, context.Now));
            case RecordRefusal refusal:
                return Decision.Of(refusal.Refusal);
            case HoldCommand onHolds:
                return Holding.Decide(state, onHolds, context);
        }

        var lapsed = Ending.Lapsed(state, context.Now);
        var current = lapsed.Aggregate(state, Evolve);
        var decision = command switch
        {
            StartRun start => Starting.Start(current, start, context),
            ExtendClaim extend => Extending.Extend(current, extend, context.Now),
            DeclareWorkingSet declare => Declaring.Declare(current, declare, context.Now),
            FinishRun finish => Ending.Finish(current, finish, context.Now),
            ReleaseClaim release => Ending.Release(current, release, context.Now),
            RevokeClaim revoke => Ending.Revoke(current, revoke, context.Now),
            ExpireClaim expire => Ending.Expire(current, expire, lapsed),
            _ => throw new BrokenInvariantException($"Nobody decides {command?.GetType().Name}."),
        };
        return lapsed.Count == 0 ? decision : decision with { Facts = [.. lapsed, .. decision.Facts] };
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
