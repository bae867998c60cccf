using MassTransit;

namespace Availsync.Bus.Durable;

/// <summary>How the queue of a durable handler is set up on RabbitMQ.</summary>
internal static class DurableEndpoint
{
    /// <summary>
    /// Read ahead, so that the next message is there when one is done; they are handled one at a time.
    /// </summary>
    private const int Prefetch = 16;

    public static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, string queue, BusOptions options)
    {
        endpoint.SetQuorumQueue();
        endpoint.SingleActiveConsumer = true;
        endpoint.PrefetchCount = Prefetch;
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.SetQueueArgument("x-delivery-limit", options.DeliveryLimit);
        endpoint.BindDeadLetterQueue(queue + "_dead", queue + "_dead", dead => dead.SetQuorumQueue());

        // A message waits in place for its retries, to keep the order; then it goes back to the broker, which counts.
        endpoint.PublishFaults = false;
        endpoint.RethrowFaultedMessages();
        endpoint.UseMessageRetry(retry => retry.Intervals([.. options.DurableRetries]));
    }
}
