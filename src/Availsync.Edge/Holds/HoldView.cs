using System.Text.Json.Serialization;
using Availsync.Contracts;
using Availsync.Edge.Answers;
using Availsync.Http;

namespace Availsync.Edge.Holds;

/// <summary>A hold as clients see it, member by member in the contract's order.</summary>
/// <param name="Id">Null in a preview, as the token: only a hold that was placed has them.</param>
internal sealed record HoldView(
    HoldId? Id,
    Guid OrgId,
    Guid AgentId,
    string AgentName,
    string Resource,
    HoldStatus Status,
    int Priority,
    string? Reason,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    DateTimeOffset? ExpiresAt,
    FencingToken? FencingToken,
    DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(JsonText))] string Metadata)
{
    public static HoldView Of(Hold hold) => new(
        hold.Id == default ? null : hold.Id, hold.OrgId, hold.AgentId, hold.AgentName, hold.Resource.Name, hold.Status,
        hold.Priority, hold.Reason, hold.Window.StartsAt, hold.Window.EndsAt, hold.ExpiresAt,
        hold.FencingToken == default ? null : hold.FencingToken, hold.CreatedAt, hold.Metadata);

    public static IReadOnlyList<HoldView> Of(IReadOnlyList<Hold> holds) => [.. holds.Select(Of)];
}

/// <summary>A window as clients see it.</summary>
internal sealed record WindowView(DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    public static IReadOnlyList<WindowView> Of(IReadOnlyList<HoldWindow> windows) =>
        [.. windows.Select(w => new WindowView(w.StartsAt, w.EndsAt))];
}

/// <summary>The hold that has displaced another.</summary>
internal sealed record PreemptingHoldView(
    HoldId Id,
    Guid AgentId,
    string AgentName,
    string Resource,
    int Priority,
    string? Reason,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt)
{
    public static PreemptingHoldView Of(BlockingHold hold) => new(
        hold.Id, hold.AgentId, hold.AgentName, hold.Resource.Name, hold.Priority, hold.Reason, hold.Window.StartsAt,
        hold.Window.EndsAt);
}

internal sealed record HoldBody(HoldView Hold);

internal sealed record HoldPageBody(IReadOnlyList<HoldView> Holds, Pagination Pagination);

/// <summary>What has become of a hold: held, confirmed, released, already released.</summary>
internal sealed record HoldActionBody(string Action, HoldView Hold);

internal sealed record AvailabilityBody(
    bool Available, IReadOnlyList<HoldView> Conflicts, IReadOnlyList<WindowView> Alternatives);

/// <summary>What an observing agent is told: nothing was reserved.</summary>
internal sealed record ObservedHoldBody(
    string Action, ArbitrationMode Mode, HoldView? Hold, ShadowHoldBody ShadowDecision);

/// <summary>What it would have been told.</summary>
internal sealed record ShadowHoldBody(
    string Action, bool WouldHaveBlocked, IReadOnlyList<HoldView> Conflicts, IReadOnlyList<WindowView> Alternatives);
