using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// More time: never less than there was, never past 24 hours from the start, and never for an ended claim.
/// </summary>
internal static class Extending
{
    private static readonly TimeSpan LifeMax = TimeSpan.FromSeconds(LeaseDuration.SecondsMax);

    public static Decision Extend(RootState state, ExtendClaim command, DateTimeOffset now)
    {
        var (claim, refusal) = Targets.FindActive(state, command.ClaimId, command.Caller);
        if (claim is null) return Decision.Of(refusal!);

        var extended = claim with { ExpiresAt = NewExpiry(claim, command.Duration, now) };
        List<ClaimFact> facts = extended.ExpiresAt == claim.ExpiresAt ? [] : [new ClaimExtended(extended)];
        if (command.WorkingSet is null)
            return new Decision(new Outcome.Extended(extended.AsOf(now), WorkingSet: null), facts);

        var declared = Declaring.Declare(state, extended, command.WorkingSet, now);
        if (declared.Refusal is not null) return Decision.Of(declared.Refusal);
        facts.AddRange(declared.Facts);
        return new Decision(new Outcome.Extended(declared.Claim.AsOf(now), declared.Answer), facts);
    }

    private static DateTimeOffset NewExpiry(Claim claim, LeaseDuration duration, DateTimeOffset now)
    {
        var wished = now + duration.Span;
        var latest = claim.StartedAt + LifeMax;
        var allowed = wished < latest ? wished : latest;
        return allowed > claim.ExpiresAt ? allowed : claim.ExpiresAt;
    }
}
