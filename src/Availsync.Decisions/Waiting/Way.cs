using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>What a start finds before it.</summary>
/// <param name="Obstacle">What it has to wait for; null where it may go.</param>
/// <param name="Displaced">The claims that have to go, where it may.</param>
internal sealed record Way(Obstacle? Obstacle, IReadOnlyList<Claim> Displaced)
{
    /// <summary>
    /// Looks at claims first and then at the queue: whoever waits is not overtaken by a start whose turn comes later,
    /// unless that may displace it as it may a claim.
    /// </summary>
    /// <param name="place">Its place in the queue, or the one that it would get.</param>
    public static Way Of(RootState state, Waiter place, DateTimeOffset now)
    {
        var request = place.Request;
        var all = Obstacles.Of(state, request.Resource, now, request.ExpiryGraceSeconds).ToList();
        var active = all.Select(o => o.Claim).Where(c => c.Status == ClaimStatus.Active)
            .OrderBy(c => c.FencingToken).ToList();
        var displaces = request.PreemptsLower && active.TrueForAll(c => c.Priority < request.Priority);
        if (displaces) all.RemoveAll(o => o.Claim.Status == ClaimStatus.Active);
        var first = Obstacle.First(all) ?? BehindOthers(state, place, now);
        return new Way(first, first is null && displaces ? active : []);
    }

    /// <summary>What the first of those waits for whom this one must let go before.</summary>
    private static Obstacle? BehindOthers(RootState state, Waiter place, DateTimeOffset now)
    {
        var request = place.Request;
        foreach (var other in state.Queue)
        {
            if (!other.GoesBefore(place)) break;
            if (!other.IsWaiting(now) || other.Ticket == place.Ticket) continue;
            if (!Obstacles.Conflict(other.Request.Resource, request.Resource)) continue;
            if (request.PreemptsLower && other.Request.Priority < request.Priority) continue;
            if (Of(state, other, now).Obstacle is { } obstacle) return obstacle;
        }

        return null;
    }
}
