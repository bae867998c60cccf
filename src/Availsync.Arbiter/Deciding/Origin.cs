using System.Collections.Immutable;
using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// Whose call a fact follows from: not always that of the command which brought it to light. A lease runs out by time,
/// and what a waiter is granted it has asked for itself.
/// </summary>
internal static class Origin
{
    /// <param name="queue">Of the root, before the fact.</param>
    public static (string? RequestId, Guid? PersonId) Of(
        ClaimFact fact, PendingCommand cause, ImmutableList<Waiter> queue)
    {
        var waiter = fact switch
        {
            ClaimGranted granted => queue.Find(w => w.Ticket == granted.Claim.Id.Value),
            ClaimPreempted preempted => queue.Find(w => w.Ticket == preempted.By.Id.Value),
            _ => null,
        };
        if (waiter is not null) return (waiter.Request.Wait?.RequestId, waiter.Request.Caller.PersonId);
        return fact is ClaimExpired or HoldLapsed || IsUnfetched(fact, cause.Command, queue)
            ? (null, null)
            : (cause.Envelope.RequestId, PersonBehind(cause.Command));
    }

    /// <summary>Whether a grant is given back that nobody has fetched in time.</summary>
    private static bool IsUnfetched(ClaimFact fact, Command command, ImmutableList<Waiter> queue) =>
        fact is ClaimReleased { Claim.Id: var id } && queue.Exists(w => w.Ticket == id.Value)
        && command is not LeaveQueue && (command as ClaimCommand)?.ClaimId != id;

    private static Guid? PersonBehind(Command command) => command switch
    {
        StartRun start => start.Caller.PersonId,
        ExtendClaim extend => extend.Caller.PersonId,
        DeclareWorkingSet declare => declare.Caller.PersonId,
        FinishRun finish => finish.Caller.PersonId,
        ReleaseClaim release => release.Caller.PersonId,
        LeaveQueue leave => leave.Caller.PersonId,
        PlaceHold place => place.Caller.PersonId,
        ConfirmHold confirm => confirm.Caller.PersonId,
        ReleaseHold release => release.Caller.PersonId,
        _ => null,
    };
}
