using MassTransit;

namespace Availsync.Arbiter.Leases;

/// <summary>
/// Makes expiry visible: watches over a lease until the partition says that its claim has ended. It decides nothing.
/// A timer that comes early, late or twice changes nothing but the moment at which the partition is asked to look.
/// </summary>
internal sealed class LeaseStateMachine : MassTransitStateMachine<LeaseState>
{
    public LeaseStateMachine(TimeProvider time)
    {
        InstanceState(lease => lease.CurrentState);
        Event(() => Begun, x => x.CorrelateById(m => m.Message.ClaimId));
        Event(() => Prolonged, x => x.CorrelateById(m => m.Message.ClaimId).OnMissingInstance(m => m.Discard()));
        Event(() => Ended, x => x.CorrelateById(m => m.Message.ClaimId).OnMissingInstance(m => m.Discard()));
        Schedule(() => Timeout, lease => lease.TimeoutToken, x => x.Received = e =>
            e.CorrelateById(m => m.Message.ClaimId).OnMissingInstance(m => m.Discard()));

        Initially(
            When(Begun)
                .Then(c => (c.Saga.OrgId, c.Saga.ExpiresAt, c.Saga.IsHold) =
                    (c.Message.OrgId, c.Message.ExpiresAt, c.Message.IsHold))
                .Schedule(Timeout, c => new LeaseTimeoutDue(c.Saga.CorrelationId), c => c.Saga.ExpiresAt.UtcDateTime)
                .TransitionTo(Running));

        During(Running, Overdue,
            Ignore(Begun),
            // The timer stays where it is and finds out when it fires, so extending costs none. An extension that is
            // delivered again never shortens a later one.
            When(Prolonged)
                .Then(c => c.Saga.ExpiresAt = Later(c.Saga.ExpiresAt, c.Message.ExpiresAt)),
            When(Timeout.Received, c => time.GetUtcNow() < c.Saga.ExpiresAt)
                .Then(c => c.Saga.Wakings = 0)
                .Schedule(Timeout, c => new LeaseTimeoutDue(c.Saga.CorrelationId), c => c.Saga.ExpiresAt.UtcDateTime)
                .TransitionTo(Running),
            // The command may be lost on its way, so the lease is watched until the claim has ended.
            When(Timeout.Received, c => time.GetUtcNow() >= c.Saga.ExpiresAt)
                .Then(c => Wakings.Of(c).Add(c.Saga))
                .Schedule(
                    Timeout, c => new LeaseTimeoutDue(c.Saga.CorrelationId),
                    c => (time.GetUtcNow() + Wakings.PauseAfter(c.Saga.Wakings)).UtcDateTime)
                .TransitionTo(Overdue),
            When(Ended)
                .Unschedule(Timeout)
                .Finalize());

        SetCompletedWhenFinalized();
    }

    public State Running { get; private set; } = null!;

    public State Overdue { get; private set; } = null!;

    public Event<LeaseBegun> Begun { get; private set; } = null!;

    public Event<LeaseProlonged> Prolonged { get; private set; } = null!;

    public Event<LeaseEnded> Ended { get; private set; } = null!;

    public Schedule<LeaseState, LeaseTimeoutDue> Timeout { get; private set; } = null!;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
