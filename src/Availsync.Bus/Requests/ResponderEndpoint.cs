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
        endpoint.Handler<TRequest>(context => RespondAsync(context, logger, respond));
    }

    private static async Task RespondAsync<TRequest, TReply>(
        ConsumeContext<TRequest> context, ILogger logger, Func<TRequest, CancellationToken, Task<TReply>> respond)
        where TRequest : class
        where TReply : class
    {
        AmbientRequest.Id = context.Headers.Get<string>(AmbientRequest.Header);
        using var scope = AmbientRequest.Id is { } id
            ? logger.BeginScope(new Dictionary<string, object> { [AmbientRequest.Header] = id })
            : null;
        var reply = await respond(context.Message, context.CancellationToken);
        if (context.ResponseAddress is not null)
            await context.RespondAsync(reply, sending => sending.Durable = false);
    }
}
