using Availsync.Arbiter.Leases;
using Availsync.Contracts;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// Stands for the lease saga and its durable timers: it hears the events, and wakes partitions when a lease should be over,
/// again and again until it hears of the end. Some leases it forgets, as if every timed message of theirs were lost. What
/// events mean for a lease, and what a partition is asked, are the product's own.
/// </summary>
internal sealed class LeaseWatch(World world)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Guid, Lease> _leases = [];
    private readonly HashSet<Guid> _ended = [];

    public DateTimeOffset? NextAt => _leases.Count == 0 ? null : _leases.Values.Min(l => l.NextAt);

    public bool IsDue => NextAt <= world.Time.Now;

    public void Take(ClaimEvents events)
    {
        foreach (var one in events.Events)
        {
            switch (LeaseMessages.Of(one))
            {
                case LeaseBegun begun when !_leases.ContainsKey(begun.ClaimId) && !_ended.Contains(begun.ClaimId):
                    _leases[begun.ClaimId] = new Lease(begun)
                    {
                        ExpiresAt = begun.ExpiresAt,
                        IsForgotten = world.Chance.In1000(world.Mischief.LeaseForgotten),
                    };
                    _leases[begun.ClaimId].NextAt = Later(begun.ExpiresAt);
                    break;
                case LeaseProlonged prolonged when _leases.TryGetValue(prolonged.ClaimId, out var lease):
                    if (prolonged.ExpiresAt > lease.ExpiresAt) lease.ExpiresAt = prolonged.ExpiresAt;
                    break;
                case LeaseEnded ended:
                    _leases.Remove(ended.ClaimId);
                    _ended.Add(ended.ClaimId);
                    break;
            }
        }
    }

    /// <summary>Fires the timer that is due the longest.</summary>
    public void FireOne()
    {
        var lease = _leases.Values.MinBy(l => l.NextAt)!;
        if (world.Time.Now < lease.ExpiresAt)
        {
            lease.NextAt = Later(lease.ExpiresAt);
            return;
        }

        lease.NextAt = world.Time.Now + Pause;
        if (lease.IsForgotten) return;
        var waking = new Waking(new ClaimId(lease.Begun.ClaimId), lease.Begun.OrgId, ++lease.Count)
        {
            IsHold = lease.Begun.IsHold,
        };
        world.Broker.Wake(waking.Command, waking.Command.GetType().Name);
    }

    /// <summary>The timers that were lost are found again.</summary>
    public void Remember()
    {
        foreach (var lease in _leases.Values) lease.IsForgotten = false;
    }

    /// <summary>Those of holds: what new owners find is claims only.</summary>
    public void RememberHolds()
    {
        foreach (var lease in _leases.Values.Where(l => l.Begun.IsHold)) lease.IsForgotten = false;
    }

    /// <summary>A timer fires when its machine thinks that it is time.</summary>
    private DateTimeOffset Later(DateTimeOffset expiresAt) => expiresAt.AddMilliseconds(world.Chance.Between(-300, 900));

    private sealed class Lease(LeaseBegun begun)
    {
        public LeaseBegun Begun { get; } = begun;

        public required DateTimeOffset ExpiresAt { get; set; }

        public required bool IsForgotten { get; set; }

        public DateTimeOffset NextAt { get; set; }

        public int Count { get; set; }
    }
}
