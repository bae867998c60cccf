namespace Availsync.Contracts;

/// <summary>Asks for one hold of a workspace by its exact id.</summary>
/// <param name="AgentId">Only where it is this agent's; null for any of the workspace.</param>
public sealed record GetHold(Guid OrgId, Guid? AgentId, HoldId HoldId);

/// <summary>Answers <see cref="GetHold"/>; null where there is none to be seen.</summary>
public sealed record HoldFound(Hold? Hold);

/// <summary>Asks for a page of holds, newest first.</summary>
/// <param name="AgentId">Only this agent's; null for all of the workspace.</param>
/// <param name="From">Only those whose window ends after this moment.</param>
/// <param name="To">Only those whose window starts before this moment.</param>
/// <param name="Limit">1 to 200.</param>
/// <param name="Offset">0 or more.</param>
public sealed record ListHolds(
    Guid OrgId,
    Guid? AgentId,
    HoldStatus? Status,
    HoldResource? Resource,
    DateTimeOffset? From,
    DateTimeOffset? To,
    int Limit,
    int Offset);

/// <summary>A page of holds, and how many there are in all.</summary>
public sealed record HoldPage(IReadOnlyList<Hold> Holds, long Total);

/// <summary>Names of the queues through which the arbiter is asked for holds.</summary>
public static class HoldQueues
{
    /// <summary>Where <see cref="GetHold"/> is asked; any instance answers.</summary>
    public const string Hold = "arbiter.hold";

    /// <summary>Where <see cref="ListHolds"/> is asked; any instance answers.</summary>
    public const string Holds = "arbiter.holds";
}
