namespace Availsync.Contracts;

/// <summary>What a loser is told of the claim in its way.</summary>
/// <param name="OwnedByYou">
/// Whether the claim belongs to the agent that asks: two runs of one job have collided.
/// </param>
public sealed record BlockingClaim(
    ClaimId Id,
    Guid AgentId,
    string AgentName,
    ResourceRef Resource,
    int Priority,
    string? Reason,
    DateTimeOffset ExpiresAt,
    bool OwnedByYou)
{
    /// <summary>How <paramref name="claim"/> looks to the agent <paramref name="askedBy"/>.</summary>
    public static BlockingClaim Of(Claim claim, Guid askedBy)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return new BlockingClaim(
            claim.Id, claim.AgentId, claim.AgentName, claim.Resource, claim.Priority, claim.Reason, claim.ExpiresAt,
            claim.AgentId == askedBy);
    }
}
