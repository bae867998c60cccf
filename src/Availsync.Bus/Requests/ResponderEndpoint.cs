using MassTransit;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Requests;

/// <summary>How a queue of requests is set up, on either transport.</summary>
internal static class ResponderEndpoint
{
    public static void Configure<TRequest, TReply>(
        IReceiveEndpointConfigurator endpoint, BusOptions options, int concurrency, ILogger logger,
        Func<TRequest, CancellationToken, Task<TReply>> respond)
        where TRequest : class
        where TReply : class
    {
        // Requests are sent to the queue, so nothing is bound; and what nobody waits for any more is not kept.
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.PrefetchCount = concurrency * 2;
        endpoint.ConcurrentMessageLimit = concurrency;
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit && options.CommandQueues == CommandQueueKind.Quorum)
            rabbit.SetQuorumQueue();
        endpoint.UseInlineFilter((context, handle) => MarkAsync(context, logger, handle));
        endpoint.Handler<TRequest>(context => RespondAsync(context, respond));
    }

    /// <summary>Around the handler, so that what the bus itself logs of its fault has the id as well.</summary>
    private static async Task MarkAsync(ConsumeContext context, ILogger logger, IPipe<ConsumeContext> handle)
    {
        AmbientRequest.Id = context.Headers.Get<string>(AmbientRequest.Header);
        using var scope = AmbientRequest.Id is { } id ? logger.BeginRequests([id]) : null;
        await handle.Send(context);
    }

    private static async Task RespondAsync<TRequest, TReply>(
        ConsumeContext<TRequest> context, Func<TRequest, CancellationToken, Task<TReply>> respond)
        where TRequest : class
        where TReply : class
    {
        var reply = await respond(context.Message, context.CancellationToken);
        if (context.ResponseAddress is not null)
            await context.RespondAsync(reply, sending => sending.Durable = false);
    }
}
