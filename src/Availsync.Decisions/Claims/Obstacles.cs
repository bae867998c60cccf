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
    /// The active claim in the way that ends first, by which the asker may come back; null where the way is free.
    /// </summary>
    internal static Claim? First(RootState state, ResourceRef wanted, DateTimeOffset now) =>
        state.Holding(now)
            .Where(c => Conflict(c.Resource, wanted))
            .OrderBy(c => c.ExpiresAt)
            .ThenBy(c => c.FencingToken)
            .FirstOrDefault();
}
