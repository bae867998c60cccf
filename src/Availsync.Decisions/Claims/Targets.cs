using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>Which claim a command means, and whether its caller may touch it: looked at before anything else.</summary>
internal static class Targets
{
    /// <summary>
    /// The claim, or the refusal. A claim of another workspace is as unknown as one that never was. A person may touch
    /// any claim of the workspace only where <paramref name="personMayAny"/> is set.
    /// </summary>
    public static (Claim? Claim, Outcome? Refusal) Find(
        RootState state, ClaimId id, Caller caller, bool personMayAny = false)
    {
        if (state.OrgId != caller.OrgId || !state.Claims.TryGetValue(id, out var claim) || claim.OrgId != caller.OrgId)
            return (null, new Outcome.NotFound("claim"));
        var mayTouch = claim.AgentId == caller.AgentId || (personMayAny && caller.PersonId is not null);
        return mayTouch ? (claim, null) : (null, new Outcome.NotClaimOwner());
    }

    /// <summary>As <see cref="Find"/>, and the claim must still be active.</summary>
    public static (Claim? Claim, Outcome? Refusal) FindActive(RootState state, ClaimId id, Caller caller)
    {
        var (claim, refusal) = Find(state, id, caller);
        if (claim is null || claim.Status == ClaimStatus.Active) return (claim, refusal);
        return (null, new Outcome.ClaimNotActive(claim.Id, claim.Status, claim.PreemptedBy));
    }
}
