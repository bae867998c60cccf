using Availsync.Bus.Sagas;
using Availsync.Bus.Scheduling;
using Availsync.Bus.Tests.Sagas;

namespace Availsync.Bus.Tests.Scheduling;

/// <summary>Delivers like the mediator, and fails where the test says so.</summary>
internal sealed class ScriptedDelivery(UnitOfWorkMediator mediator) : MediatorDueMessageDelivery(mediator)
{
    private static readonly AsyncLocal<Action<ParcelOverdue>?> Current = new();

    /// <summary>Set by the test before it starts its services, whose loops then carry it.</summary>
    public static Action<ParcelOverdue>? Script
    {
        get => Current.Value;
        set => Current.Value = value;
    }

    public override async Task DeliverAsync(
        IReadOnlyList<DueDelivery> messages, SagaUnitOfWork unit, CancellationToken cancellationToken)
    {
        foreach (var due in messages)
            Script?.Invoke((ParcelOverdue)due.Message);
        await base.DeliverAsync(messages, unit, cancellationToken);
    }
}
