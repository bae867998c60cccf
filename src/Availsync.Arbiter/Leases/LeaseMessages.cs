using Availsync.Contracts;

namespace Availsync.Arbiter.Leases;

/// <summary>What concerns the lease of a claim, or the time in which a hold has to be confirmed.</summary>
internal interface ILeaseMessage
{
    /// <summary>The id of the claim or of the hold.</summary>
    Guid ClaimId { get; }
}

/// <param name="IsHold">Whether it is a hold that waits to be confirmed.</param>
internal sealed record LeaseBegun(Guid ClaimId, Guid OrgId, DateTimeOffset ExpiresAt, bool IsHold = false)
    : ILeaseMessage;

internal sealed record LeaseProlonged(Guid ClaimId, DateTimeOffset ExpiresAt) : ILeaseMessage;

internal sealed record LeaseEnded(Guid ClaimId) : ILeaseMessage;

/// <summary>A timer's message. It says nothing but that it may be time to look.</summary>
internal sealed record LeaseTimeoutDue(Guid ClaimId) : ILeaseMessage;

internal static class LeaseMessages
{
    /// <summary>What an event means for a lease; null where it means nothing.</summary>
    public static ILeaseMessage? Of(ClaimEvent claimEvent) => claimEvent.Fact switch
    {
        ClaimGranted granted => new LeaseBegun(granted.Claim.Id.Value, claimEvent.OrgId, granted.Claim.ExpiresAt),
        ClaimExtended extended => new LeaseProlonged(extended.Claim.Id.Value, extended.Claim.ExpiresAt),
        ClaimReleased released => new LeaseEnded(released.Claim.Id.Value),
        ClaimExpired expired => new LeaseEnded(expired.Claim.Id.Value),
        ClaimPreempted preempted => new LeaseEnded(preempted.Claim.Id.Value),
        ClaimRevoked revoked => new LeaseEnded(revoked.Claim.Id.Value),
        HoldHeld { Hold: { ExpiresAt: { } expiresAt } hold } =>
            new LeaseBegun(hold.Id.Value, claimEvent.OrgId, expiresAt, IsHold: true),
        HoldConfirmed { WasHeld: true } confirmed => new LeaseEnded(confirmed.Hold.Id.Value),
        HoldLapsed lapsed => new LeaseEnded(lapsed.Hold.Id.Value),
        HoldReleased released => new LeaseEnded(released.Hold.Id.Value),
        HoldPreempted preempted => new LeaseEnded(preempted.Hold.Id.Value),
        HoldRevoked revoked => new LeaseEnded(revoked.Hold.Id.Value),
        _ => null,
    };
}
