using Availsync.Contracts;

namespace Availsync.Views;

/// <summary>What happened to a hold, member by member in the contract's order.</summary>
/// <param name="Type">As the contract names it: <c>hold.held</c>.</param>
/// <param name="Root">The resource by its name, behind <c>hold:</c>, whose events are in order and counted.</param>
/// <param name="Sequence">Grows with every event of the root; those that are not shown leave gaps.</param>
/// <param name="Hold">The hold as the event has left it; null for one that was refused.</param>
/// <param name="Window">The window of one that was refused.</param>
/// <param name="BlockingHold">Who was in the way of one that was refused.</param>
/// <param name="PreemptedBy">Who displaced a hold that was preempted.</param>
public sealed record HoldEventView(
    Guid EventId,
    string Type,
    Guid OrgId,
    string Root,
    long Sequence,
    DateTimeOffset At,
    string? RequestId,
    Guid AgentId,
    string AgentName,
    string Resource,
    HoldView? Hold,
    WindowView? Window,
    PreemptingHoldView? BlockingHold,
    PreemptingHoldView? PreemptedBy) : IEventView
{
    /// <summary>The resource, to be compared; not a part of what is sent.</summary>
    internal HoldResource? Subject { get; init; }

    /// <inheritdoc />
    public bool IsOn(IReadOnlySet<ResourceRef> resources, IReadOnlySet<HoldResource> names) =>
        names.Contains(Subject!);

    /// <summary>How an event is shown; null for what is nobody's business: observations.</summary>
    public static HoldEventView? Of(ClaimEvent one, HoldFact fact) => fact switch
    {
        HoldHeld { Hold: var hold } => OfHold(one, EventType.HoldHeld, hold),
        HoldConfirmed { Hold: var hold } => OfHold(one, EventType.HoldConfirmed, hold),
        HoldLapsed { Hold: var hold } => OfHold(one, EventType.HoldLapsed, hold),
        HoldReleased { Hold: var hold } => OfHold(one, EventType.HoldReleased, hold),
        HoldPreempted { Hold: var hold, By: var by } => OfHold(one, EventType.HoldPreempted, hold) with
        {
            PreemptedBy = PreemptingHoldView.Of(by),
        },
        HoldRevoked { Hold: var hold } => OfHold(one, EventType.HoldRevoked, hold),
        HoldBlocked blocked => Of(
            one, EventType.HoldBlocked, blocked.Caller.AgentId, blocked.Caller.AgentName, blocked.Resource) with
        {
            Window = new WindowView(blocked.Window.StartsAt, blocked.Window.EndsAt),
            BlockingHold = PreemptingHoldView.Of(blocked.BlockedBy),
        },
        _ => null,
    };

    private static HoldEventView OfHold(ClaimEvent one, string type, Hold hold) =>
        Of(one, type, hold.AgentId, hold.AgentName, hold.Resource) with { Hold = HoldView.Of(hold) };

    private static HoldEventView Of(ClaimEvent one, string type, Guid agentId, string agentName, HoldResource resource) =>
        new(
            one.EventId, type, one.OrgId, one.Root, one.Sequence, one.At, one.RequestId, agentId, agentName,
            resource.Name, Hold: null, Window: null, BlockingHold: null, PreemptedBy: null)
        {
            Subject = resource,
        };
}
