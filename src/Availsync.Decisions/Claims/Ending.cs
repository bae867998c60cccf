using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>Every way in which a claim ends. An ended claim stays what it became.</summary>
internal static class Ending
{
    /// <summary>The leases that have run out, the oldest first.</summary>
    public static IReadOnlyList<ClaimFact> Lapsed(RootState state, DateTimeOffset now)
    {
        List<Claim>? lapsed = null;
        foreach (var claim in state.Claims.Values)
        {
            if (claim.Status == ClaimStatus.Active && now >= claim.ExpiresAt) (lapsed ??= []).Add(claim.AsOf(now));
        }

        return lapsed is null
            ? []
            : [.. lapsed.OrderBy(c => c.ExpiresAt).ThenBy(c => c.FencingToken).Select(c => new ClaimExpired(c))];
    }

    public static Decision Finish(RootState state, FinishRun command, DateTimeOffset now)
    {
        var (claim, refusal) = Targets.Find(state, command.ClaimId, command.Caller);
        if (claim is null) return Decision.Of(refusal!);
        if (claim.Status != ClaimStatus.Active) return Decision.Of(new Outcome.AlreadyEnded(claim));
        var ended = End(claim, ClaimStatus.Released, now) with
        {
            RunOutcome = command.RunOutcome,
            Summary = command.Summary,
        };
        return Decision.Of(new Outcome.Ended(ended), new ClaimReleased(ended));
    }

    public static Decision Release(RootState state, ReleaseClaim command, DateTimeOffset now)
    {
        var (claim, refusal) = Targets.Find(state, command.ClaimId, command.Caller, personMayAny: true);
        if (claim is null) return Decision.Of(refusal!);
        if (command.ExpectedToken is { } expected && expected != claim.FencingToken)
            return Decision.Of(new Outcome.ClaimChanged(claim.Id, claim.FencingToken));
        if (claim.Status != ClaimStatus.Active) return Decision.Of(new Outcome.AlreadyEnded(claim));
        if (command.Caller.PersonId is not { } person)
        {
            var released = End(claim, ClaimStatus.Released, now);
            return Decision.Of(new Outcome.Ended(released), new ClaimReleased(released));
        }

        var revoked = End(claim, ClaimStatus.Revoked, now);
        return Decision.Of(new Outcome.Ended(revoked), new ClaimRevoked(revoked, person));
    }

    public static Decision Revoke(RootState state, RevokeClaim command, DateTimeOffset now)
    {
        if (!state.Claims.TryGetValue(command.ClaimId, out var claim) || claim.OrgId != command.OrgId)
            return Decision.Of(new Outcome.NotFound("claim"));
        if (claim.Status != ClaimStatus.Active) return Decision.Of(new Outcome.AlreadyEnded(claim));
        var revoked = End(claim, ClaimStatus.Revoked, now);
        return Decision.Of(new Outcome.Ended(revoked), new ClaimRevoked(revoked, PersonId: null));
    }

    /// <summary>The wake-up itself ends nothing: what was due has lapsed by the clock before it is looked at.</summary>
    public static Decision Expire(RootState state, ExpireClaim command, IReadOnlyList<ClaimFact> lapsed)
    {
        var due = lapsed.OfType<ClaimExpired>().FirstOrDefault(f => f.Claim.Id == command.ClaimId);
        if (due is not null) return Decision.Of(new Outcome.Ended(due.Claim));
        var claim = state.Claims.GetValueOrDefault(command.ClaimId);
        return Decision.Of(new Outcome.NothingDue(claim is { Status: ClaimStatus.Active } ? claim.ExpiresAt : null));
    }

    public static Claim End(Claim claim, ClaimStatus status, DateTimeOffset now) =>
        claim with { Status = status, EndedAt = now, WorkingSet = null };
}
