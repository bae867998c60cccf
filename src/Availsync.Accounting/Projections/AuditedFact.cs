using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>A claim event as governance sees it.</summary>
/// <param name="Agent">Whose claim or request it is.</param>
/// <param name="Actor">The agent that has caused it, where no person has; null where time or a setting did.</param>
internal sealed record AuditedFact(
    ClaimEvent Event,
    string Type,
    (Guid Id, string Name) Agent,
    (Guid Id, string Name)? Actor,
    AuditedResource Resource,
    Claim? Claim,
    object Details)
{
    public Guid? PersonId => Event.Fact switch
    {
        ClaimRevoked revoked => revoked.PersonId ?? Event.PersonId,
        HoldRevoked revoked => revoked.PersonId ?? Event.PersonId,
        _ => Event.PersonId,
    };

    /// <summary>Null for what is not audited.</summary>
    public static AuditedFact? Of(ClaimEvent claimEvent) => claimEvent.Fact switch
    {
        ClaimGranted { Claim: var claim } => OfClaim(
            claimEvent, "claim.granted", claim, AgentOf(claim), new { claim.FencingToken, claim.ExpiresAt }),
        ClaimReleased { Claim: var claim } => OfClaim(
            claimEvent, "claim.released", claim, AgentOf(claim), new { Outcome = claim.RunOutcome }),
        ClaimExpired { Claim: var claim } => OfClaim(
            claimEvent, "claim.expired", claim, actor: null, new { claim.ExpiresAt }),
        ClaimPreempted { Claim: var claim, By: var by } => OfClaim(
            claimEvent, "claim.preempted", claim, (by.AgentId, by.AgentName),
            new { PreemptedBy = new { by.Id, by.AgentId, by.AgentName } }),
        ClaimRevoked { Claim: var claim } => OfClaim(
            claimEvent, "claim.revoked", claim, actor: null, new { claim.FencingToken }),
        RunSkipped skipped => OfCaller(
            claimEvent, "run.skipped", skipped.Caller, skipped.Resource, new { BlockingClaimId = skipped.BlockedBy.Id }),
        RunObserved observed => OfCaller(
            claimEvent, "run.observed", observed.Caller, observed.Resource,
            new
            {
                WouldHaveBlocked = observed.WouldBeBlockedBy is not null,
                BlockingClaimId = observed.WouldBeBlockedBy?.Id,
            }),
        HoldFact onHold => AuditedHold.Of(claimEvent, onHold),
        _ => null,
    };

    public AuditRow ToRow(Dictionary<Guid, string> emails)
    {
        return new AuditRow
        {
            Id = Event.EventId,
            OrgId = Event.OrgId,
            At = Event.At,
            Type = Type,
            ActorKind = PersonId is not null ? ActorKind.Person
                : Actor is not null ? ActorKind.Agent : ActorKind.System,
            ActorId = PersonId ?? Actor?.Id,
            ActorName = PersonId is { } person ? emails.GetValueOrDefault(person) : Actor?.Name,
            AgentId = Agent.Id,
            AgentName = Agent.Name,
            ClaimId = Claim?.Id.Value,
            Resource = Resource.Name,
            ResourceIdentity = Resource.Identity,
            RequestId = Event.RequestId,
            Details = JsonSerializer.Serialize(Details, WireJson.Options),
        };
    }

    /// <summary>A claim is counted in minutes on the day it ends.</summary>
    public void AddTo(DailySums sums)
    {
        var day = sums.Of(Event.OrgId, Agent.Id, Claim?.EndedAt ?? Event.At);
        switch (Event.Fact)
        {
            case ClaimGranted:
                day.RunsStarted++;
                break;
            case RunSkipped:
                day.RunsSkipped++;
                day.ConflictsPrevented++;
                break;
            case HoldBlocked:
                day.ConflictsPrevented++;
                break;
            case RunObserved { WouldBeBlockedBy: not null } or HoldObserved { WouldBeBlockedBy: not null }:
                day.ObservedConflicts++;
                break;
            default:
                if (Claim is { EndedAt: { } ended })
                    day.GuardedMilliseconds += (long)(ended - Claim.StartedAt).TotalMilliseconds;
                break;
        }
    }

    private static AuditedFact? OfClaim(
        ClaimEvent claimEvent, string type, Claim claim, (Guid, string)? actor, object details) => claim.IsRehearsal
        ? null
        : new AuditedFact(claimEvent, type, AgentOf(claim), actor, AuditedResource.Of(claim.Resource), claim, details);

    private static (Guid Id, string Name) AgentOf(Claim claim) => (claim.AgentId, claim.AgentName);

    private static AuditedFact OfCaller(
        ClaimEvent claimEvent, string type, Caller caller, ResourceRef resource, object details) =>
        new(
            claimEvent, type, (caller.AgentId, caller.AgentName), (caller.AgentId, caller.AgentName),
            AuditedResource.Of(resource), Claim: null, details);
}

/// <summary>What a fact is about: how it is shown, and what is the same whatever the spelling.</summary>
internal sealed record AuditedResource(string Name, string Identity)
{
    public static AuditedResource Of(ResourceRef resource) => new(resource.ToString(), AuditRow.IdentityOf(resource));

    public static AuditedResource Of(HoldResource resource) => new(resource.Name, AuditRow.IdentityOf(resource));
}
