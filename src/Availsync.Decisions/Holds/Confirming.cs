using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// A hold that waits for it stays from then on. Confirming twice changes nothing; what has ended stays so.
/// </summary>
internal static class Confirming
{
    public static Decision Confirm(RootState state, ConfirmHold command)
    {
        var (hold, refusal) = Holding.Find(state, command.HoldId, command.Caller);
        if (hold is null) return Decision.Of(refusal!);
        switch (hold.Status)
        {
            case HoldStatus.Confirmed:
                return Decision.Of(new Outcome.HoldConfirmed(hold));
            case HoldStatus.Held:
                var confirmed = hold with { Status = HoldStatus.Confirmed, ExpiresAt = null };
                return Decision.Of(new Outcome.HoldConfirmed(confirmed), new HoldConfirmed(confirmed, WasHeld: true));
            default:
                return Decision.Of(new Outcome.HoldNotActive(hold.Id, hold.Status, hold.PreemptedBy));
        }
    }
}
