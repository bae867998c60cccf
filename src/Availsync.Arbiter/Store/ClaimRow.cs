using System.Text.Json;
using Availsync.Arbiter.Deciding;
using Availsync.Contracts;

namespace Availsync.Arbiter.Store;

/// <summary>A claim as it is stored.</summary>
internal sealed class ClaimRow
{
    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public required string RootId { get; init; }

    public required int Slot { get; init; }

    public required Guid AgentId { get; init; }

    public required string AgentName { get; init; }

    /// <summary>Type and canonical key: what is exclusive.</summary>
    public required string Resource { get; init; }

    /// <summary>Type and key as shown.</summary>
    public required string ShownAs { get; init; }

    public required string Status { get; init; }

    public required int Priority { get; init; }

    public string? Reason { get; init; }

    public required string AgentType { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required long FencingToken { get; init; }

    /// <summary>A JSON object; null where the claim holds no files.</summary>
    public string? WorkingSet { get; init; }

    public required string Metadata { get; init; }

    public string? RunOutcome { get; init; }

    public string? Summary { get; init; }

    /// <summary>Whether it only tries out that runs work, and counts for no plan.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>A JSON object: the claim that has displaced it.</summary>
    public string? PreemptedBy { get; init; }

    public static ClaimRow Of(Claim claim) => new()
    {
        Id = claim.Id.Value,
        OrgId = claim.OrgId,
        RootId = RootKey.Of(claim.OrgId, claim.Resource.Root),
        Slot = claim.Id.Slot.Value,
        AgentId = claim.AgentId,
        AgentName = claim.AgentName,
        Resource = StoredNames.Identity(claim.Resource),
        ShownAs = claim.Resource.ToString(),
        Status = StoredNames.Of(claim.Status),
        Priority = claim.Priority,
        Reason = claim.Reason,
        AgentType = claim.AgentType,
        StartedAt = claim.StartedAt,
        ExpiresAt = claim.ExpiresAt,
        EndedAt = claim.EndedAt,
        FencingToken = claim.FencingToken.Value,
        WorkingSet = claim.WorkingSet is null ? null : JsonSerializer.Serialize(claim.WorkingSet),
        Metadata = claim.Metadata,
        RunOutcome = claim.RunOutcome?.ToString(),
        Summary = claim.Summary,
        IsRehearsal = claim.IsRehearsal,
        PreemptedBy = claim.PreemptedBy is null ? null : JsonSerializer.Serialize(claim.PreemptedBy),
    };

    public Claim ToClaim() => new(
        new ClaimId(Id),
        OrgId,
        AgentId,
        AgentName,
        StoredNames.Resource(ShownAs),
        StoredNames.Status(Status),
        Priority,
        Reason,
        AgentType,
        StartedAt,
        ExpiresAt,
        EndedAt,
        new FencingToken(FencingToken),
        WorkingSet is null ? null : JsonSerializer.Deserialize<WorkingSet>(WorkingSet),
        Metadata,
        RunOutcome is null ? null : Enum.Parse<RunOutcome>(RunOutcome),
        Summary)
    {
        IsRehearsal = IsRehearsal,
        PreemptedBy = PreemptedBy is null ? null : JsonSerializer.Deserialize<BlockingClaim>(PreemptedBy),
    };
}

/// <summary>Which claims count for the plan of their workspace.</summary>
internal static class CountedClaims
{
    /// <summary>Those that hold something, rehearsals excepted.</summary>
    public static IQueryable<ClaimRow> CountedAt(this IQueryable<ClaimRow> claims, DateTimeOffset now) =>
        claims.Where(c => c.Status == StoredNames.Active && c.ExpiresAt > now && !c.IsRehearsal);
}
