namespace Availsync.Contracts;

/// <summary>Asks for one claim of a workspace by its exact id.</summary>
public sealed record GetClaim(Guid OrgId, ClaimId ClaimId);

/// <summary>Answers <see cref="GetClaim"/>; null where the workspace has no such claim.</summary>
public sealed record ClaimFound(Claim? Claim);

/// <summary>Asks for a page of claims, newest first.</summary>
/// <param name="AgentId">Only this agent's; null for all of the workspace.</param>
/// <param name="Limit">1 to 200.</param>
/// <param name="Offset">0 or more.</param>
public sealed record ListClaims(
    Guid OrgId,
    Guid? AgentId,
    ClaimStatus? Status,
    ResourceRef? Resource,
    int Limit,
    int Offset);

/// <summary>A page of claims, and how many there are in all.</summary>
public sealed record ClaimPage(IReadOnlyList<Claim> Claims, long Total);

/// <summary>Asks how much of its plan a workspace uses, as far as the arbiter counts it.</summary>
public sealed record GetUsage(Guid OrgId);

/// <summary>Answers <see cref="GetUsage"/> with the true counts of this moment.</summary>
/// <param name="ActiveClaims">Claims that hold something, rehearsals excepted, and holds that block.</param>
/// <param name="ProtectedResources">Resources that have been claimed in enforce mode.</param>
public sealed record UsageFound(long ActiveClaims, long ProtectedResources);

/// <summary>Asks for a page of protected resources, the last claimed first.</summary>
public sealed record ListResources(Guid OrgId, int Limit, int Offset);

/// <summary>A resource that has been claimed in enforce mode.</summary>
/// <param name="ActiveClaims">0 or 1 by now: claims are exclusive.</param>
public sealed record ProtectedResource(
    ResourceRef Resource,
    DateTimeOffset ProtectedAt,
    DateTimeOffset LastClaimedAt,
    int ActiveClaims);

/// <summary>A page of protected resources, and how many there are in all.</summary>
public sealed record ResourcePage(IReadOnlyList<ProtectedResource> Resources, long Total);
