using Availsync.Bus.Sagas;
using MassTransit;

namespace Availsync.Bus.Scheduling;

/// <summary>Sends each message to its endpoint. A crash after that and before the commit sends it twice.</summary>
internal sealed class BusDueMessageDelivery(IBus bus) : IDueMessageDelivery
{
    public async Task DeliverAsync(
        IReadOnlyList<DueDelivery> messages, SagaUnitOfWork unit, CancellationToken cancellationToken)
    {
        foreach (var due in messages)
        {
            var endpoint = await bus.GetSendEndpoint(new Uri(due.Row.Destination));
            await endpoint.Send(
                due.Message, due.Message.GetType(), Pipe.Execute<SendContext>(due.Restore), cancellationToken);
        }
    }
}
