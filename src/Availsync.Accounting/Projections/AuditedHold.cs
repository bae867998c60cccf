using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>A fact about a hold as governance sees it.</summary>
internal static class AuditedHold
{
    public static AuditedFact? Of(ClaimEvent claimEvent, HoldFact fact) => fact switch
    {
        HoldHeld { Hold: var hold } => OfHold(
            claimEvent, "hold.held", hold, AgentOf(hold),
            new { HoldId = hold.Id, hold.Window.StartsAt, hold.Window.EndsAt, hold.ExpiresAt, hold.FencingToken }),
        HoldConfirmed { Hold: var hold } => OfHold(
            claimEvent, "hold.confirmed", hold, AgentOf(hold),
            new { HoldId = hold.Id, hold.Window.StartsAt, hold.Window.EndsAt, hold.FencingToken }),
        HoldLapsed { Hold: var hold } => OfHold(
            claimEvent, "hold.lapsed", hold, actor: null, new { HoldId = hold.Id, hold.ExpiresAt }),
        HoldReleased { Hold: var hold } => OfHold(
            claimEvent, "hold.released", hold, AgentOf(hold), new { HoldId = hold.Id }),
        HoldPreempted { Hold: var hold, By: var by } => OfHold(
            claimEvent, "hold.preempted", hold, (by.AgentId, by.AgentName),
            new { HoldId = hold.Id, PreemptedBy = new { by.Id, by.AgentId, by.AgentName } }),
        HoldRevoked { Hold: var hold } => OfHold(
            claimEvent, "hold.revoked", hold, actor: null, new { HoldId = hold.Id, hold.FencingToken }),
        HoldBlocked blocked => OfCaller(
            claimEvent, "hold.blocked", blocked.Caller, blocked.Resource,
            new { blocked.Window.StartsAt, blocked.Window.EndsAt, BlockingHoldId = blocked.BlockedBy.Id }),
        HoldObserved observed => OfCaller(
            claimEvent, "hold.observed", observed.Caller, observed.Resource,
            new
            {
                observed.Window.StartsAt,
                observed.Window.EndsAt,
                WouldHaveBlocked = observed.WouldBeBlockedBy is not null,
                BlockingHoldId = observed.WouldBeBlockedBy?.Id,
            }),
        _ => null,
    };

    private static AuditedFact OfHold(
        ClaimEvent claimEvent, string type, Hold hold, (Guid, string)? actor, object details) =>
        new(
            claimEvent, type, AgentOf(hold), actor, AuditedResource.Of(hold.Resource), Claim: null, details);

    private static (Guid Id, string Name) AgentOf(Hold hold) => (hold.AgentId, hold.AgentName);

    private static AuditedFact OfCaller(
        ClaimEvent claimEvent, string type, Caller caller, HoldResource resource, object details) =>
        new(
            claimEvent, type, (caller.AgentId, caller.AgentName), (caller.AgentId, caller.AgentName),
            AuditedResource.Of(resource), Claim: null, details);
}
