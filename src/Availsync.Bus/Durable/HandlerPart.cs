using Availsync.Bus.Requests;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Durable;

/// <summary>A handler of durable messages to be set up with the bus.</summary>
internal abstract record HandlerPart(string Queue)
{
    public abstract Type MessageType { get; }

    public abstract void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services);

    public abstract Task HandleAsync(object message, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Marks what is logged, until it is disposed of, with the calls that the message tells of.</summary>
    public abstract IDisposable? Mark(object message, IServiceProvider services);
}

internal sealed record HandlerPart<TMessage, THandler>(string Queue) : HandlerPart(Queue)
    where TMessage : class
    where THandler : class, IMessageHandler<TMessage>
{
    public override Type MessageType => typeof(TMessage);

    public override void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, BusOptions options, IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILogger<THandler>>();
        DurableEndpoint.Configure(endpoint, Queue, options);
        endpoint.UseInlineFilter((context, handle) => MarkAsync(context, logger, handle));
        endpoint.Handler<TMessage>(context => HandleAsync(context.Message, services, context.CancellationToken));
    }

    public override IDisposable? Mark(object message, IServiceProvider services) =>
        services.GetRequiredService<ILogger<THandler>>().BeginRequests(THandler.RequestsOf((TMessage)message));

    public override async Task HandleAsync(
        object message, IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync((TMessage)message, cancellationToken);
    }

    /// <summary>Around the retries, which the bus logs by itself.</summary>
    private static async Task MarkAsync(ConsumeContext context, ILogger logger, IPipe<ConsumeContext> handle)
    {
        using var scope = context.TryGetMessage<TMessage>(out var told)
            ? logger.BeginRequests(THandler.RequestsOf(told.Message))
            : null;
        await handle.Send(context);
    }
}
