using System.Text.Json.Serialization;
using Availsync.Contracts;

namespace Availsync.Views;

/// <summary>A hold as clients see it, member by member in the contract's order.</summary>
/// <param name="Id">Null in a preview, as the token: only a hold that was placed has them.</param>
public sealed record HoldView(
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
    /// <summary>How a hold is shown.</summary>
    public static HoldView Of(Hold hold) => new(
        hold.Id == default ? null : hold.Id, hold.OrgId, hold.AgentId, hold.AgentName, hold.Resource.Name, hold.Status,
        hold.Priority, hold.Reason, hold.Window.StartsAt, hold.Window.EndsAt, hold.ExpiresAt,
        hold.FencingToken == default ? null : hold.FencingToken, hold.CreatedAt, hold.Metadata);

    /// <summary>How several are shown, in their order.</summary>
    public static IReadOnlyList<HoldView> Of(IReadOnlyList<Hold> holds) => [.. holds.Select(Of)];
}

/// <summary>A window as clients see it.</summary>
public sealed record WindowView(DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    /// <summary>How several are shown, in their order.</summary>
    public static IReadOnlyList<WindowView> Of(IReadOnlyList<HoldWindow> windows) =>
        [.. windows.Select(w => new WindowView(w.StartsAt, w.EndsAt))];
}

/// <summary>The hold that has displaced another.</summary>
public sealed record PreemptingHoldView(
    HoldId Id,
    Guid AgentId,
    string AgentName,
    string Resource,
    int Priority,
    string? Reason,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt)
{
    /// <summary>How it is shown.</summary>
    public static PreemptingHoldView Of(BlockingHold hold) => new(
        hold.Id, hold.AgentId, hold.AgentName, hold.Resource.Name, hold.Priority, hold.Reason, hold.Window.StartsAt,
        hold.Window.EndsAt);
}
