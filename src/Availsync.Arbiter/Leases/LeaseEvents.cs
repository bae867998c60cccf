using Availsync.Bus.Durable;
using Availsync.Bus.Sagas;
using Availsync.Contracts;

namespace Availsync.Arbiter.Leases;

/// <summary>
/// Runs the events of committed batches through the state machine. Each is a message to the saga as if it had come
/// alone, but all of them share a transaction, a read and a write.
/// </summary>
internal sealed class LeaseEvents(SagaUnitOfWork<LeaseDbContext> unit, UnitOfWorkMediator mediator)
    : IMessageHandler<ClaimEvents>
{
    public const string Queue = "arbiter.leases";

    /// <summary>Bounds the transaction: a relay that has been away may bring a great many.</summary>
    private const int EventsMax = 1000;

    public static IEnumerable<string?> RequestsOf(ClaimEvents message) => message.Events.Select(e => e.RequestId);

    public async Task HandleAsync(ClaimEvents message, CancellationToken cancellationToken)
    {
        foreach (var events in message.Events.Select(LeaseMessages.Of).OfType<ILeaseMessage>().Chunk(EventsMax))
            await HandleAsync(events, cancellationToken);
    }

    /// <summary>Handles them in their order, all or none.</summary>
    public async Task HandleAsync(IReadOnlyList<ILeaseMessage> messages, CancellationToken cancellationToken)
    {
        await using var work = await unit.BeginAsync(cancellationToken);
        await unit.PreloadAsync<LeaseState>([.. messages.Select(m => m.ClaimId).Distinct()], cancellationToken);
        foreach (var message in messages)
            await mediator.PublishAsync(message, prepare: null, cancellationToken);
        await work.CommitAsync(cancellationToken);
    }
}
