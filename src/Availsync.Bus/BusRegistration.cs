using Availsync.Bus.Requests;
using Availsync.Bus.Transports;
using Availsync.Settings;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Bus;

/// <summary>Registers the bus.</summary>
public static class BusRegistration
{
    /// <summary>Adds what one service takes from the bus. Every service of a process calls it for itself.</summary>
    public static IServiceCollection AddBusParts(this IServiceCollection services, Action<IBusParts> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(PartsOf(services));
        return services;
    }

    /// <summary>
    /// Builds the bus from all parts: once a process, after the services. It starts before their hosted services and
    /// stops after them, so that what they still have to send on the way out leaves.
    /// </summary>
    public static IServiceCollection AddAvailsyncBus(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<BusOptions>(configuration, BusOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BusOptions>, BusOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);

        var parts = PartsOf(services);
        if (TransportOf(configuration) == BusTransport.RabbitMq)
            RabbitMqTransport.Add(services.AddSingleton<IBrokerProbe, RabbitMqProbe>(), parts);
        else
            InMemoryTransport.Add(services.AddSingleton<IBrokerProbe, InMemoryProbe>(), parts);

        services.AddSingleton<BusRequests>();
        services.AddSingleton<IRequests>(provider => provider.GetRequiredService<BusRequests>());
        services.AddSingleton<ICommandSender>(provider => provider.GetRequiredService<BusRequests>());
        services.AddSingleton<IResponderConnector, ResponderConnector>();
        services.AddHealthChecks().AddCheck<BrokerHealth>("broker", tags: ["ready"]);
        StartFirst(services);
        return services;
    }

    /// <summary>
    /// For a command that serves nothing: the queues of requests, by the settings of the bus, without a bus.
    /// </summary>
    public static IServiceCollection AddRequestQueues(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<BusOptions>(configuration, BusOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BusOptions>, BusOptionsValidator>());
        return TransportOf(configuration) == BusTransport.RabbitMq
            ? services.AddSingleton<IRequestQueues, RabbitMqRequestQueues>()
            : services.AddSingleton<IRequestQueues, InMemoryRequestQueues>();
    }

    /// <summary>Has to be known before there are options. What is no transport is told of by the check of settings.</summary>
    private static BusTransport TransportOf(IConfiguration configuration) =>
        Enum.TryParse<BusTransport>(
            configuration[$"{BusOptions.Section}:{nameof(BusOptions.Transport)}"], ignoreCase: true, out var transport)
            ? transport
            : BusTransport.InMemory;

    private static BusParts PartsOf(IServiceCollection services)
    {
        var parts = services
            .Select(service => service.ImplementationInstance).OfType<BusParts>().SingleOrDefault();
        if (parts is null)
            services.AddSingleton(parts = new BusParts(services));
        return parts;
    }

    private static void StartFirst(IServiceCollection services)
    {
        var bus = services.Single(service =>
            service.ServiceType == typeof(IHostedService)
            && service.ImplementationType == typeof(MassTransitHostedService));
        services.Remove(bus);
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider =>
            new StartedBus(ActivatorUtilities.CreateInstance<MassTransitHostedService>(provider))));
    }
}
