using System.Text.Json.Serialization;
using Availsync.Contracts;

namespace Availsync.Views;

/// <summary>A claim as clients see it, member by member in the contract's order.</summary>
public sealed record ClaimView(
    ClaimId Id,
    Guid OrgId,
    Guid AgentId,
    string AgentName,
    ResourceType ResourceType,
    string ResourceKey,
    string Resource,
    ClaimStatus Status,
    int Priority,
    string? Reason,
    string Access,
    DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? EndedAt,
    FencingToken FencingToken,
    WorkingSetView? WorkingSet,
    [property: JsonConverter(typeof(JsonText))] string Metadata)
{
    /// <summary>How a claim is shown.</summary>
    public static ClaimView Of(Claim claim) => new(
        claim.Id, claim.OrgId, claim.AgentId, claim.AgentName,
        claim.Resource.Type, claim.Resource.Key, claim.Resource.ToString(),
        claim.Status, claim.Priority, claim.Reason, "exclusive",
        claim.StartedAt, claim.ExpiresAt, claim.EndedAt, claim.FencingToken,
        WorkingSetView.Of(claim.WorkingSet, claim.ExpiresAt), claim.Metadata);
}

/// <summary>The files that a claim holds.</summary>
public sealed record WorkingSetView(AccessMode Mode, IReadOnlyList<PathPattern> Paths, DateTimeOffset ExpiresAt)
{
    /// <summary>How a working set is shown; null where there is none.</summary>
    /// <param name="claimEndsAt">When the claim ends, and with it a working set that has no lease of its own.</param>
    public static WorkingSetView? Of(WorkingSet? set, DateTimeOffset claimEndsAt) =>
        set is null ? null : new WorkingSetView(set.Mode, set.Paths, set.LeaseUntil ?? claimEndsAt);
}

/// <summary>The claim in somebody's way.</summary>
public sealed record BlockingClaimView(
    ClaimId Id,
    Guid AgentId,
    string AgentName,
    ResourceType ResourceType,
    string ResourceKey,
    int Priority,
    string? Reason,
    DateTimeOffset ExpiresAt,
    bool OwnedByYou)
{
    /// <summary>How it is shown; null where nobody is in the way.</summary>
    public static BlockingClaimView? Of(BlockingClaim? claim) => claim is null ? null : new BlockingClaimView(
        claim.Id, claim.AgentId, claim.AgentName, claim.Resource.Type, claim.Resource.Key,
        claim.Priority, claim.Reason, claim.ExpiresAt, claim.OwnedByYou);
}
