namespace Availsync.Edge.Traffic;

/// <summary>Metadata that says what is asked of a route, in the words of the API: <c>run.start</c>.</summary>
/// <param name="OfPeopleToo">
/// Whether calls of people are recorded as those of agents are. What people do elsewhere is in the audit.
/// </param>
internal sealed record TrafficType(string Name, bool OfPeopleToo = false)
{
    /// <summary>Any route that has no name of its own.</summary>
    public static TrafficType Other { get; } = new("other");
}
