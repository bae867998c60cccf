namespace Availsync.Accounting;

/// <summary>Which keys let somebody in.</summary>
internal static class LiveKeys
{
    /// <summary>All but those that were rotated and whose grace is over.</summary>
    public static IQueryable<KeyRow> LiveAt(this IQueryable<KeyRow> keys, DateTimeOffset now) =>
        keys.Where(row => row.ExpiresAt == null || row.ExpiresAt > now);
}
