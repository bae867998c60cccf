using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Bus.Durable;

/// <summary>A broadcast handler to be set up with the bus.</summary>
internal abstract record BroadcastPart
{
    public abstract Type MessageType { get; }

    public abstract void Configure(IReceiveEndpointConfigurator endpoint, IServiceProvider services);

    public abstract Task HandleAsync(object message, IServiceProvider services, CancellationToken cancellationToken);
}

internal sealed record BroadcastPart<TMessage, THandler> : BroadcastPart
    where TMessage : class
    where THandler : class, IBroadcastHandler<TMessage>
{
    public override Type MessageType => typeof(TMessage);

    public override void Configure(IReceiveEndpointConfigurator endpoint, IServiceProvider services)
    {
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.UseMessageRetry(retry => retry.Intervals(50, 250, 1000));
        endpoint.Handler<TMessage>(context => HandleAsync(context.Message, services, context.CancellationToken));
        endpoint.ConnectReceiveEndpointObserver(new Connections(() => Restored(services)));
    }

    public override async Task HandleAsync(
        object message, IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync((TMessage)message, cancellationToken);
    }

    private static void Restored(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        scope.ServiceProvider.GetRequiredService<THandler>().ConnectionRestored();
    }

    /// <summary>
    /// The endpoint is ready each time its consumer is in place: at the start, and after a lost connection.
    /// </summary>
    private sealed class Connections(Action restored) : IReceiveEndpointObserver
    {
        public Task Ready(ReceiveEndpointReady ready)
        {
            restored();
            return Task.CompletedTask;
        }

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
    }
}
