using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// Ends a hold before its window does. A window that is over holds nothing: there is nothing to give up.
/// </summary>
internal static class GivingUp
{
    public static Decision Release(RootState state, ReleaseHold command, DateTimeOffset now)
    {
        var (hold, refusal) = Holding.Find(state, command.HoldId, command.Caller, personMayAny: true);
        if (hold is null) return Decision.Of(refusal!);
        if (!IsOn(hold, now)) return Decision.Of(new Outcome.HoldAlreadyEnded(hold));
        if (command.Caller.PersonId is { } person) return Revoke(hold, person);
        var released = hold with { Status = HoldStatus.Released };
        return Decision.Of(new Outcome.HoldEnded(released), new HoldReleased(released));
    }

    public static Decision Revoke(RootState state, RevokeHold command, DateTimeOffset now)
    {
        if (!state.Holds.TryGetValue(command.HoldId, out var hold) || hold.OrgId != command.OrgId)
            return Decision.Of(new Outcome.NotFound("hold"));
        return IsOn(hold, now) ? Revoke(hold, person: null) : Decision.Of(new Outcome.HoldAlreadyEnded(hold));
    }

    private static bool IsOn(Hold hold, DateTimeOffset now) => hold.IsBlocking && now < hold.Window.EndsAt;

    private static Decision Revoke(Hold hold, Guid? person)
    {
        var revoked = hold with { Status = HoldStatus.Revoked };
        return Decision.Of(new Outcome.HoldEnded(revoked), new HoldRevoked(revoked, person));
    }
}
