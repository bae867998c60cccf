using System.Collections.Immutable;
using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>All that decisions on one root depend on. Immutable.</summary>
/// <param name="LastToken">The token of the last grant; 0 before the first.</param>
/// <param name="LastSequence">The sequence of the last fact; 0 before the first.</param>
/// <param name="Claims">Every active claim of the root, and whichever ended ones the caller has loaded.</param>
/// <param name="Resources">The protected resources of the root.</param>
public sealed record RootState(
    Guid OrgId,
    string Root,
    FencingToken LastToken,
    long LastSequence,
    ImmutableDictionary<ClaimId, Claim> Claims,
    ImmutableDictionary<ResourceRef, ResourceState> Resources)
{
    /// <summary>Who waits on the root, in the order of their turns.</summary>
    public ImmutableList<Waiter> Queue { get; init; } = [];

    /// <summary>
    /// Every hold whose window is not over, on a root of holds, and whichever others the caller has loaded.
    /// </summary>
    public ImmutableDictionary<HoldId, Hold> Holds { get; init; } = ImmutableDictionary<HoldId, Hold>.Empty;

    /// <summary>A root that nobody has claimed yet.</summary>
    public static RootState Unclaimed(Guid orgId, string root) => new(
        orgId,
        root,
        LastToken: default,
        LastSequence: 0,
        ImmutableDictionary<ClaimId, Claim>.Empty,
        ImmutableDictionary<ResourceRef, ResourceState>.Empty);

    /// <summary>
    /// For so long a lease that has run out may still stand in the way: the longest grace that a workspace may set.
    /// </summary>
    public static readonly TimeSpan ExpiryGraceMax = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A window that began so lately counts as beginning now: a request takes its time, and clocks differ.
    /// </summary>
    public static readonly TimeSpan HoldStartTolerance = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The state without the ended claims and holds that no decision from <paramref name="now"/> on needs.
    /// </summary>
    public RootState WithoutEnded(DateTimeOffset now) => this with
    {
        Claims = Claims.RemoveRange(Claims.Where(c => IsOver(c.Value, now)).Select(c => c.Key)),
        Holds = Holds.RemoveRange(Holds.Where(h => IsOver(h.Value, now)).Select(h => h.Key)),
    };

    /// <summary>
    /// When the clock alone may next make somebody's turn, or end a place in the queue: at once where a place is over by
    /// now and nobody has served the queue since. Null where nobody waits.
    /// </summary>
    public DateTimeOffset? NextTurn(DateTimeOffset now)
    {
        if (Queue.IsEmpty) return null;
        var grace = TimeSpan.FromSeconds(Queue.Max(w => w.Request.ExpiryGraceSeconds));
        var places = Queue.Select(w => w.IsWaiting(now) ? w.PresentUntil
            : w.KeptUntil > now ? w.KeptUntil : now);
        var claims = Claims.Values.SelectMany(c => new[] { c.ExpiresAt, c.ExpiresAt + grace });
        return places.Concat(claims.Where(at => at > now)).Min();
    }

    /// <summary>The claims that hold something at <paramref name="now"/>.</summary>
    public IEnumerable<Claim> Holding(DateTimeOffset now) =>
        Claims.Values.Select(c => c.AsOf(now)).Where(c => c.Status == ClaimStatus.Active);

    private static bool IsOver(Claim claim, DateTimeOffset now) => claim.Status switch
    {
        ClaimStatus.Active => false,
        ClaimStatus.Expired => now - claim.ExpiresAt >= ExpiryGraceMax,
        _ => true,
    };

    private static bool IsOver(Hold hold, DateTimeOffset now) =>
        !hold.IsBlocking || now - hold.Window.EndsAt >= HoldStartTolerance;
}

/// <summary>A resource that has been claimed in enforce mode.</summary>
/// <param name="Resource">In its first spelling.</param>
public sealed record ResourceState(ResourceRef Resource, DateTimeOffset ProtectedAt, DateTimeOffset LastClaimedAt);
