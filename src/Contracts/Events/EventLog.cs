using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>Names of the queues through which the log of events is read; any arbiter answers.</summary>
public static class EventQueues
{
    /// <summary>Where <see cref="ReadEvents"/> is asked.</summary>
    public const string Pages = "arbiter.events";

    /// <summary>Where <see cref="ReadEventHeads"/> is asked.</summary>
    public const string Heads = "arbiter.event_heads";
}

/// <summary>How far the log of a workspace goes.</summary>
/// <param name="Position">
/// The position of its last event. They count from 1 for each workspace, without holes, in the order in which the log
/// was committed: whoever sees one can see all before it.
/// </param>
public sealed record EventHead(Guid OrgId, long Position);

/// <summary>
/// There is something new in the log. A hint that may be lost: whoever has not heard of a head asks for it now and
/// then.
/// </summary>
public sealed record EventsLogged(IReadOnlyList<EventHead> Heads);

/// <summary>Asks how far the logs of workspaces go.</summary>
public sealed record ReadEventHeads(IReadOnlyList<Guid> OrgIds);

/// <summary>Answers <see cref="ReadEventHeads"/>; 0 for a workspace in which nothing has happened yet.</summary>
public sealed record EventHeadsFound(IReadOnlyList<EventHead> Heads);

/// <summary>Asks for the next events of a workspace.</summary>
/// <param name="After">The position behind which to begin; 0 for the very beginning.</param>
public sealed record ReadEvents(Guid OrgId, long After);

/// <summary>A page of the log, as many events as travel well.</summary>
/// <param name="First">
/// The position of the first of <paramref name="Events"/>, the others follow without a hole; where there are none, the
/// position that the next one will have. More than was asked for: what lies between is not kept any more.
/// </param>
public sealed record EventPage(long First, IReadOnlyList<ClaimEvent> Events)
{
    /// <summary>Behind which position the next page begins.</summary>
    [JsonIgnore]
    public long Last => First + Events.Count - 1;
}
