using Availsync.Contracts;
using MassTransit;

namespace Availsync.Arbiter.Leases;

/// <summary>The partition is to look at a claim whose lease should be over.</summary>
/// <param name="Count">How often it has been asked, this time included.</param>
internal sealed record Waking(ClaimId ClaimId, Guid OrgId, int Count)
{
    /// <summary>Whether the id is a hold's.</summary>
    public bool IsHold { get; init; }

    /// <summary>What the partition is asked.</summary>
    public Command Command => IsHold
        ? new LapseHold(new HoldId(ClaimId.Value), OrgId)
        : new ExpireClaim(ClaimId, OrgId);
}

/// <summary>
/// Gathers, in one scope, which partitions are to be woken when its unit of work has committed: not before, or the
/// answer could overtake the record that it was asked for.
/// </summary>
internal sealed class Wakings
{
    /// <summary>
    /// Often at first: an owner that comes back after a fail-over expires what is due within a second.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);
    private const int LongPauseAfter = 60;

    private readonly List<Waking> _wakings = [];

    public IReadOnlyList<Waking> All => _wakings;

    public static Wakings Of(ConsumeContext context) =>
        context.GetPayload<IServiceScope>().ServiceProvider.GetRequiredService<Wakings>();

    public static TimeSpan PauseAfter(int count) => count < LongPauseAfter ? Pause : LongPause;

    public void Add(LeaseState lease) =>
        _wakings.Add(new Waking(new ClaimId(lease.CorrelationId), lease.OrgId, ++lease.Wakings)
        {
            IsHold = lease.IsHold,
        });
}
