using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>What stands in the way of a claim.</summary>
public static class Obstacles
{
    /// <summary>
    /// Whether two resources of one root exclude each other: the same one, or a repo and a part of it. Two parts of a
    /// repo do not.
    /// </summary>
    public static bool Conflict(ResourceRef left, ResourceRef right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (!string.Equals(left.Root, right.Root, StringComparison.Ordinal)) return false;
        return left.Equals(right) || left.Type == ResourceType.Repo || right.Type == ResourceType.Repo;
    }

    /// <summary>
    /// What stands in the way at <paramref name="now"/>, in no order. Beside the active claims these are leases that have
    /// run out within the grace of the workspace: their holders may have died in the middle of something. A claim that
    /// was granted since then has shown that the way was free.
    /// </summary>
    internal static IEnumerable<Obstacle> Of(RootState state, ResourceRef wanted, DateTimeOffset now, int graceSeconds)
    {
        foreach (var claim in state.Claims.Values.Select(c => c.AsOf(now)).Where(c => Conflict(c.Resource, wanted)))
        {
            if (Until(state, claim, graceSeconds) is { } until && until > now) yield return new Obstacle(claim, until);
        }
    }

    private static DateTimeOffset? Until(RootState state, Claim claim, int graceSeconds) => claim.Status switch
    {
        ClaimStatus.Active => claim.ExpiresAt,
        ClaimStatus.Expired when graceSeconds > 0 && !HasSuccessor(state, claim) =>
            claim.ExpiresAt.AddSeconds(graceSeconds),
        _ => null,
    };

    private static bool HasSuccessor(RootState state, Claim claim) =>
        state.Resources.Values.Any(r => r.LastClaimedAt >= claim.ExpiresAt && Conflict(r.Resource, claim.Resource));
}

/// <summary>A claim in the way, and when it no longer is.</summary>
internal sealed record Obstacle(Claim Claim, DateTimeOffset Until)
{
    /// <summary>The one that is out of the way first; null for none.</summary>
    public static Obstacle? First(IEnumerable<Obstacle> obstacles)
    {
        Obstacle? first = null;
        foreach (var obstacle in obstacles)
        {
            if (first is null || obstacle.IsBefore(first)) first = obstacle;
        }

        return first;
    }

    private bool IsBefore(Obstacle other) =>
        Until != other.Until ? Until < other.Until : Claim.FencingToken < other.Claim.FencingToken;
}
