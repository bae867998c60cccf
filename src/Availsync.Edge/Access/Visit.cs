using Availsync.Contracts;
using Availsync.Edge.Traffic;

namespace Availsync.Edge.Access;

/// <summary>What the edge knows of a call by the time an endpoint gets it.</summary>
/// <param name="Principal">Null on routes that ask for no credential.</param>
/// <param name="Deadline">When the caller is told 503 at the latest.</param>
internal sealed record Visit(Principal? Principal, DateTimeOffset Deadline)
{
    /// <summary>
    /// What stands in the way of a call that is let in all the same, because it may repeat one that has been answered.
    /// </summary>
    public Outcome.PlanLimitReached? Refusal { get; init; }

    /// <summary>What will be told of the call.</summary>
    public TrafficNote Note { get; } = new();
}

internal static class Visits
{
    public static Visit Visit(this HttpContext context) =>
        context.Features.Get<Visit>() ?? throw new InvalidOperationException("The route has not been admitted.");

    /// <summary>The principal, on a route that only authenticated callers reach.</summary>
    public static Principal Principal(this HttpContext context) =>
        context.Visit().Principal ?? throw new InvalidOperationException("The route asks for no credential.");
}
