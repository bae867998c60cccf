using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Durable;

/// <summary>Publishes over the connection with publisher confirms.</summary>
internal sealed class RabbitMqPublisher(
    IEventBus bus, IBusInstance<IEventBus> instance, IOptions<BusOptions> options, TimeProvider time)
    : IDurablePublisher
{
    private volatile bool _queuesAreThere;

    public async Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        using var clock = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            await QueuesAsync(deadline.Token);
            await bus.Publish(message, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The broker did not confirm a message in time.");
        }
    }

    /// <summary>
    /// Before the first start a queue of our own does not exist, and what is published then goes nowhere.
    /// </summary>
    private async Task QueuesAsync(CancellationToken cancellationToken)
    {
        if (_queuesAreThere)
            return;
        await instance.BusControl.WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken);
        _queuesAreThere = true;
    }
}
