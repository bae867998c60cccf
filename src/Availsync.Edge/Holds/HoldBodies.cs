using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Holds;

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
