using System.Text.Json;
using Availsync.Contracts;
using Availsync.Simulation.Clients;

namespace Availsync.Simulation.Models;

/// <summary>
/// What a client is told must be true, and stay true: everything that a reply speaks of is committed, and a repeat is told
/// the same.
/// </summary>
internal sealed class Replies(Model model, Action<string> fail)
{
    public void Check(Op op, Reply reply)
    {
        if (reply is not Reply.Answered answered) return;
        CheckRepeat(op, answered);
        model.Kinds.Add(answered.Outcome.GetType().Name);
        if (answered.Replayed) model.Kinds.Add(nameof(answered.Replayed));
        switch (answered.Outcome)
        {
            case Outcome.Granted granted: Granted(op, granted.Claim); break;
            case Outcome.Extended extended: Extended(op, extended.Claim); break;
            case Outcome.Ended ended: HasEnded(op, ended.Claim.Id, ended.Claim.Status); break;
            case Outcome.AlreadyEnded ended: HasEnded(op, ended.Claim.Id, ended.Claim.Status); break;
            case Outcome.ClaimNotActive ended: HasEnded(op, ended.ClaimId, ended.Status); break;
            case Outcome.WorkingSetDeclared: Recorded(op, answered, nameof(WorkingSetChanged)); break;
            case Outcome.Skipped: Recorded(op, answered, nameof(RunSkipped)); break;
            case Outcome.Observed: Recorded(op, answered, nameof(RunObserved)); break;
            case Outcome.NotFound when op.Command is ClaimCommand claim: NotFound(op, claim.ClaimId.Value); break;
            case Outcome.NotFound when op.Command is PlacedHoldCommand hold: NotFound(op, hold.HoldId.Value); break;
            case Outcome.HoldPlaced placed: Hold(op, placed.Hold.Id, _ => true, "placed"); break;
            case Outcome.HoldConfirmed confirmed: Hold(op, confirmed.Hold.Id, h => h.WasConfirmed, "confirmed"); break;
            case Outcome.HoldEnded ended: Hold(op, ended.Hold.Id, h => h.Hold.Status == ended.Hold.Status, "ended"); break;
            case Outcome.HoldNotActive ended: Hold(op, ended.HoldId, h => h.Hold.Status == ended.Status, "ended"); break;
            case Outcome.HoldBlocked: Recorded(op, answered, nameof(HoldBlocked)); break;
        }
    }

    private void CheckRepeat(Op op, Reply.Answered answered)
    {
        if (op.Key is null || answered.Outcome is Outcome.Waiting or Outcome.Invalid) return;
        var text = JsonSerializer.Serialize(answered.Outcome);
        if (op.Answer is not null && op.Answer != text) fail($"{op} was told {op.Answer}, and now {text}.");
        op.Answer ??= text;
    }

    private void Granted(Op op, Claim claim)
    {
        if (!model.Claims.TryGetValue(claim.Id.Value, out var known))
        {
            fail($"{op} was told of a claim on {claim.Resource} that is not in the store.");
            return;
        }

        known.IsTold = true;
        if (known.Claim.FencingToken != claim.FencingToken || known.Claim.AgentId != claim.AgentId
            || !known.Claim.Resource.Equals(claim.Resource) || !known.Expiries.Contains(claim.ExpiresAt))
        {
            fail($"{op} was told of {known}, but it is another one in the store.");
        }

        if (known.Op != op.Id) fail($"{op} was told of {known}, which was granted to {known.Op}.");
    }

    private void Extended(Op op, Claim claim)
    {
        if (!model.Claims.TryGetValue(claim.Id.Value, out var known) || !known.Expiries.Contains(claim.ExpiresAt))
            fail($"{op} was told of more time, until {Model.Seconds(claim.ExpiresAt)}, that is not in the store.");
    }

    private void HasEnded(Op op, ClaimId id, ClaimStatus status)
    {
        if (!model.Claims.TryGetValue(id.Value, out var known) || known.Claim.Status != status)
            fail($"{op} was told that its claim is {status}, and in the store it is not: {known}.");
    }

    private void Hold(Op op, HoldId id, Func<KnownHold, bool> isSo, string what)
    {
        if (!model.Holds.TryGetValue(id.Value, out var known) || !isSo(known))
            fail($"{op} was told that a hold is {what}, and in the store it is not: {known}.");
    }

    private void Recorded(Op op, Reply.Answered answered, string kind)
    {
        if (!model.IsRecorded(answered.RequestId, kind))
            fail($"{op} was told what should have left a {kind} in the history, and there is none.");
    }

    private void NotFound(Op op, Guid id)
    {
        if (model.Claims.ContainsKey(id) || model.Holds.ContainsKey(id))
            fail($"{op} was told that there is no such thing, and in the store there is.");
    }
}
