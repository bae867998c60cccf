using Availsync.Bus.Durable;
using Availsync.Bus.Requests;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Transports;

internal static class InMemoryTransport
{
    public static void Add(IServiceCollection services, BusParts parts)
    {
        services.AddSingleton<IDurablePublisher, InMemoryPublisher>();
        services.AddSingleton<ITopicPublisher, InMemoryTopics>();
        services.AddSingleton<IReplyLine, InMemoryReplyLine>();
        services.AddOptions<MassTransitHostOptions>().Configure(host => host.WaitUntilStarted = true);
        services.AddMassTransit(configure =>
        {
            configure.DisableUsageTelemetry();
            configure.UsingInMemory((context, bus) =>
            {
                var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
                foreach (var part in parts.Responders)
                    bus.ReceiveEndpoint(part.Queue, endpoint => part.Configure(endpoint, options, context));
            });
        });
    }
}
