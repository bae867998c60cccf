using Availsync.Bus.Sagas;

namespace Availsync.Bus.Scheduling;

/// <summary>
/// Hands each message to the sagas of this process within the very transaction that deletes its row: exactly once, as
/// far as the store is concerned.
/// </summary>
public class MediatorDueMessageDelivery(UnitOfWorkMediator mediator) : IDueMessageDelivery
{
    /// <inheritdoc/>
    public virtual async Task DeliverAsync(
        IReadOnlyList<DueDelivery> messages, SagaUnitOfWork unit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var due in messages)
            await mediator.PublishAsync(due.Message, due.Restore, cancellationToken);
    }
}
