using Availsync.Bus.Sagas;
using Availsync.Bus.Scheduling;

namespace Availsync.Arbiter.Leases;

/// <summary>Hands timers that are due to the state machine, and wakes the partitions once that has committed.</summary>
internal sealed class LeaseTimeoutDelivery(UnitOfWorkMediator mediator, Wakings wakings, PartitionWaker waker)
    : MediatorDueMessageDelivery(mediator)
{
    public override async Task DeliverAsync(
        IReadOnlyList<DueDelivery> messages, SagaUnitOfWork unit, CancellationToken cancellationToken)
    {
        Guid[] claims = [.. messages.Select(due => ((LeaseTimeoutDue)due.Message).ClaimId).Distinct()];
        await unit.PreloadAsync<LeaseState>(claims, cancellationToken);
        await base.DeliverAsync(messages, unit, cancellationToken);
        unit.OnCommitted(() => waker.Wake(wakings.All));
    }
}
