using Availsync.Bus.Sagas;
using Availsync.Storage;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Availsync.Bus.Inbox;

/// <summary>Registers inboxes, for MassTransit consumers that write to a store and send messages in one step.</summary>
public static class InboxRegistration
{
    /// <summary>How many messages leave in one transaction; the library's own default is one.</summary>
    private const int DeliveryLimit = 100;

    /// <summary>Keeps an inbox in a store; the context maps it with <see cref="InboxModel.AddInbox"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="duplicateWindow">How long repeats of a message are recognised; an hour where null.</param>
    public static IServiceCollection AddInbox<TContext>(
        this IServiceCollection services, TimeSpan? duplicateWindow = null)
        where TContext : StoreContext
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new InboxWindow<TContext>(duplicateWindow ?? TimeSpan.FromHours(1)));
        services.AddSagaUnitOfWork<TContext>();
        services.AddScoped<IOutboxContextFactory<TContext>, InboxContextFactory<TContext>>();
        services.AddHostedService<InboxCleanup<TContext>>();
        return services;
    }

    /// <summary>
    /// Puts the inbox before every consumer and saga of an endpoint. Message retry belongs outside it, on the endpoint:
    /// each try has a scope and a transaction of its own.
    /// </summary>
    public static void UseInbox<TContext>(
        this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
        where TContext : StoreContext
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var observer = new OutboxConsumePipeSpecificationObserver<TContext>(endpoint, context)
        {
            MessageDeliveryLimit = DeliveryLimit,
        };
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }
}
