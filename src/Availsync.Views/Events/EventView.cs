using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Views;

/// <summary>An event as listeners see it.</summary>
public interface IEventView
{
    /// <summary>As the contract names it: <c>claim.granted</c>.</summary>
    string Type { get; }

    /// <summary>Names the event, wherever it is heard.</summary>
    Guid EventId { get; }

    /// <summary>The workspace.</summary>
    Guid OrgId { get; }

    /// <summary>What is ordered and counted by itself.</summary>
    string Root { get; }

    /// <summary>Grows with every event of the root.</summary>
    long Sequence { get; }

    /// <summary>When it happened.</summary>
    DateTimeOffset At { get; }

    /// <summary>The call that caused it; null where time did.</summary>
    string? RequestId { get; }

    /// <summary>Whether it is about one of these: resources of claims, and names that holds are on.</summary>
    bool IsOn(IReadOnlySet<ResourceRef> resources, IReadOnlySet<HoldResource> names);
}

/// <summary>How events are shown.</summary>
public static class EventView
{
    /// <summary>Null for what is nobody's business: observations and rehearsals.</summary>
    public static IEventView? Of(ClaimEvent one) =>
        one.Fact is HoldFact onHold ? HoldEventView.Of(one, onHold) : ClaimEventView.Of(one);

    /// <summary>The JSON of an event, the same wherever it is heard.</summary>
    public static byte[] JsonOf(IEventView view) =>
        JsonSerializer.SerializeToUtf8Bytes(view, view.GetType(), WireJson.Options);
}

/// <summary>What happened to a claim, member by member in the contract's order.</summary>
/// <param name="Type">As the contract names it: <c>claim.granted</c>.</param>
/// <param name="Root">The repo, or the plain project, whose events are in order and counted.</param>
/// <param name="Sequence">Grows with every event of the root; those that are not shown leave gaps.</param>
/// <param name="Claim">The claim as the event has left it; null for a run that was skipped.</param>
/// <param name="BlockingClaim">Who was in the way of a run that was skipped.</param>
/// <param name="PreemptedBy">Who displaced a claim that was preempted.</param>
public sealed record ClaimEventView(
    Guid EventId,
    string Type,
    Guid OrgId,
    string Root,
    long Sequence,
    DateTimeOffset At,
    string? RequestId,
    Guid AgentId,
    string AgentName,
    ResourceType ResourceType,
    string ResourceKey,
    string Resource,
    ClaimView? Claim,
    BlockingClaimView? BlockingClaim,
    BlockingClaimView? PreemptedBy) : IEventView
{
    /// <summary>The resource, to be compared; not a part of what is sent.</summary>
    internal ResourceRef? Subject { get; init; }

    /// <inheritdoc />
    public bool IsOn(IReadOnlySet<ResourceRef> resources, IReadOnlySet<HoldResource> names) =>
        resources.Contains(Subject!);

    /// <summary>How an event is shown; null for what is nobody's business: observations and rehearsals.</summary>
    public static ClaimEventView? Of(ClaimEvent one) => one.Fact switch
    {
        ClaimGranted fact => OfClaim(one, EventType.Granted, fact.Claim),
        ClaimExtended fact => OfClaim(one, EventType.Extended, fact.Claim),
        ClaimReleased fact => OfClaim(one, EventType.Released, fact.Claim),
        ClaimExpired fact => OfClaim(one, EventType.Expired, fact.Claim),
        ClaimPreempted fact => OfClaim(one, EventType.Preempted, fact.Claim, fact.By),
        ClaimRevoked fact => OfClaim(one, EventType.Revoked, fact.Claim),
        WorkingSetChanged fact => OfClaim(one, EventType.WorkingSetChanged, fact.Claim),
        RunSkipped fact => Of(one, EventType.RunSkipped, fact.Caller.AgentId, fact.Caller.AgentName, fact.Resource) with
        {
            BlockingClaim = BlockingClaimView.Of(fact.BlockedBy),
        },
        _ => null,
    };

    private static ClaimEventView? OfClaim(ClaimEvent one, string type, Claim claim, BlockingClaim? by = null) =>
        claim.IsRehearsal ? null : Of(one, type, claim.AgentId, claim.AgentName, claim.Resource) with
        {
            Claim = ClaimView.Of(claim),
            PreemptedBy = BlockingClaimView.Of(by),
        };

    private static ClaimEventView Of(ClaimEvent one, string type, Guid agentId, string agentName, ResourceRef resource) =>
        new(
            one.EventId, type, one.OrgId, one.Root, one.Sequence, one.At, one.RequestId, agentId, agentName,
            resource.Type, resource.Key, resource.ToString(), Claim: null, BlockingClaim: null, PreemptedBy: null)
        {
            Subject = resource,
        };
}
