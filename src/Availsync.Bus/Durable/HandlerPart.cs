using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Bus.Durable;

/// <summary>A handler of durable messages to be set up with the bus.</summary>
internal abstract record HandlerPart(string Queue)
{
    public abstract Type MessageType { get; }

    public abstract void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services);

    public abstract Task HandleAsync(object message, IServiceProvider services, CancellationToken cancellationToken);
}

internal sealed record HandlerPart<TMessage, THandler>(string Queue) : HandlerPart(Queue)
    where TMessage : class
    where THandler : class, IMessageHandler<TMessage>
{
    public override Type MessageType => typeof(TMessage);

    public override void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services)
    {
        DurableEndpoint.Configure(endpoint, Queue, options);
        endpoint.Handler<TMessage>(context => HandleAsync(context.Message, services, context.CancellationToken));
    }

    public override async Task HandleAsync(
        object message, IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync((TMessage)message, cancellationToken);
    }
}
