using Availsync.Bus.Durable;
using Availsync.Bus.Outside;
using Availsync.Bus.Requests;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Transports;

internal static class RabbitMqTransport
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A connection that has been cut off in silence is given up after two of these, by either side. The broker's own
    /// is a minute: for so long it would go on handing messages to a consumer that nothing gets to.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    public static void Add(IServiceCollection services, BusParts parts)
    {
        services.AddSingleton<IDurablePublisher, RabbitMqPublisher>();
        services.AddMetrics();
        services.AddSingleton<TopicMetrics>();
        services.AddSingleton<ITopicPublisher, RabbitMqTopics>();
        services.AddHostedService<TopicsAtStart>();
        services.AddSingleton<BrokerLogin>();
        services.AddSingleton<OutsideMetrics>();
        foreach (var part in parts.Outside)
        {
            services.AddSingleton<IHostedService>(provider =>
                ActivatorUtilities.CreateInstance<OutsideQueue>(provider, part, part.Handler(provider)));
        }

        services.AddSingleton<BrokerReach>();
        var replies = new DirectReplies();
        services.AddSingleton<IReplyLine>(replies);

        // A service starts without its broker, answers 503 meanwhile, and finds it when it comes.
        services.AddOptions<MassTransitHostOptions>().Configure(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = StopTimeout;
        });
        services.AddMassTransit(configure =>
        {
            configure.DisableUsageTelemetry();
            configure.SetRequestClientFactory(replies.Connect);
            configure.UsingRabbitMq((context, bus) =>
            {
                var options = Connect(bus, context, "requests", confirms: false);
                foreach (var part in parts.Responders)
                    bus.ReceiveEndpoint(part.Queue, endpoint => part.Configure(endpoint, options, context));
            });
        });
        services.AddMassTransit<IEventBus>(configure =>
        {
            configure.DisableUsageTelemetry();
            configure.UsingRabbitMq((context, bus) =>
            {
                var options = Connect(bus, context, "events", confirms: true);
                foreach (var part in parts.Handlers)
                    bus.ReceiveEndpoint(part.Queue, endpoint => part.Configure(endpoint, options, context));
                foreach (var part in parts.Broadcasts)
                {
                    bus.ReceiveEndpoint(
                        new TemporaryEndpointDefinition(part.MessageType.Name.ToLowerInvariant()), null,
                        endpoint => part.Configure(endpoint, context));
                }
            });
        });
    }

    private static BusOptions Connect(
        IRabbitMqBusFactoryConfigurator bus, IServiceProvider services, string purpose, bool confirms)
    {
        var options = services.GetRequiredService<IOptions<BusOptions>>().Value;
        var reach = services.GetRequiredService<BrokerReach>();
        bus.Host(options.Host, (ushort)options.Port, options.VirtualHost, $"availsync {purpose}", host =>
        {
            host.Username(options.Username);
            host.Password(options.Password);
            host.PublisherConfirmation = confirms;
            host.Heartbeat(Heartbeat);
            host.OnRefreshConnectionFactory = _ => reach.WaitAsync(options);
        });
        return options;
    }
}
