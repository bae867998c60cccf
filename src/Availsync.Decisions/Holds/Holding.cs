using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>The part of arbitration that is about holds: who has a window on a resource.</summary>
internal static class Holding
{
    /// <summary>
    /// Decides <paramref name="command"/>. As for claims, time comes first: what was not confirmed in time has lapsed
    /// before anything else is looked at.
    /// </summary>
    public static Decision Decide(RootState state, HoldCommand command, DecisionContext context)
    {
        var lapsed = Lapsed(state, context.Now);
        var current = lapsed.Aggregate(state, Arbitration.Evolve);
        switch (command)
        {
            case CheckAvailability check:
                return Decision.Of(Placing.Check(current, check, context.Now));
            case PlaceHold { IsPreview: true } preview:
                return Decision.Of(new Outcome.HoldPreviewed(Placing.Place(current, preview, context).Outcome));
        }

        var decision = command switch
        {
            PlaceHold place => Placing.Place(current, place, context),
            ConfirmHold confirm => Confirming.Confirm(current, confirm),
            ReleaseHold release => GivingUp.Release(current, release, context.Now),
            RevokeHold revoke => GivingUp.Revoke(current, revoke, context.Now),
            LapseHold lapse => Decision.Of(Wake(current, lapse)),
            _ => throw new BrokenInvariantException($"Nobody decides {command.GetType().Name}."),
        };
        return lapsed.Count == 0 ? decision : decision with { Facts = [.. lapsed, .. decision.Facts] };
    }

    /// <summary>The state after <paramref name="fact"/>, whose sequence has been counted already.</summary>
    public static RootState Evolve(RootState state, HoldFact fact) => fact switch
    {
        HoldHeld held => Add(state, held.Hold),
        HoldConfirmed { WasHeld: false } placed => Add(state, placed.Hold),
        HoldConfirmed confirmed => Replace(state, confirmed.Hold),
        HoldLapsed lapsed => Replace(state, lapsed.Hold),
        HoldReleased released => Replace(state, released.Hold),
        HoldPreempted preempted => Replace(state, preempted.Hold),
        HoldRevoked revoked => Replace(state, revoked.Hold),
        HoldBlocked or HoldObserved => state,
        _ => throw new BrokenInvariantException($"Nothing is known of {fact.GetType().Name}."),
    };

    /// <summary>The hold, or the refusal. A person may touch any only where it says so.</summary>
    public static (Hold? Hold, Outcome? Refusal) Find(
        RootState state, HoldId id, Caller caller, bool personMayAny = false)
    {
        if (state.OrgId != caller.OrgId || !state.Holds.TryGetValue(id, out var hold) || hold.OrgId != caller.OrgId)
            return (null, new Outcome.NotFound("hold"));
        var mayTouch = hold.AgentId == caller.AgentId || (personMayAny && caller.PersonId is not null);
        return mayTouch ? (hold, null) : (null, new Outcome.NotHoldOwner());
    }

    private static IReadOnlyList<HoldFact> Lapsed(RootState state, DateTimeOffset now)
    {
        List<Hold>? lapsed = null;
        foreach (var hold in state.Holds.Values)
        {
            if (hold.Status == HoldStatus.Held && now >= hold.ExpiresAt) (lapsed ??= []).Add(hold.AsOf(now));
        }

        return lapsed is null
            ? []
            : [.. lapsed.OrderBy(h => h.ExpiresAt).ThenBy(h => h.FencingToken).Select(h => new HoldLapsed(h))];
    }

    /// <summary>The wake-up itself ends nothing: what was due has lapsed by the clock before it is looked at.</summary>
    private static Outcome.NothingDue Wake(RootState state, LapseHold command)
    {
        var hold = state.Holds.GetValueOrDefault(command.HoldId);
        return new Outcome.NothingDue(hold is { Status: HoldStatus.Held } ? hold.ExpiresAt : null);
    }

    private static RootState Add(RootState state, Hold hold)
    {
        if (hold.FencingToken <= state.LastToken)
            throw new BrokenInvariantException($"Token {hold.FencingToken.Value} does not grow on root {state.Root}.");
        if (state.Holds.Values.Any(h => h.IsBlocking && h.Window.Overlaps(hold.Window)))
            throw new BrokenInvariantException($"A second hold of one moment of {hold.Resource}.");
        return state with { LastToken = hold.FencingToken, Holds = state.Holds.SetItem(hold.Id, hold) };
    }

    private static RootState Replace(RootState state, Hold hold) =>
        state.Holds.TryGetValue(hold.Id, out var known) && known.IsBlocking
            ? state with { Holds = state.Holds.SetItem(hold.Id, hold) }
            : throw new BrokenInvariantException($"Hold {hold.Id} does not block.");
}
