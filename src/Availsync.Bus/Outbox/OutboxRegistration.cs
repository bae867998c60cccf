using Availsync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Availsync.Bus.Outbox;

/// <summary>Registers outboxes.</summary>
public static class OutboxRegistration
{
    /// <summary>
    /// Delivers the outbox of a context through the durable publisher. The context maps it with
    /// <see cref="OutboxModel.AddOutbox"/> and fills it with <see cref="OutboxEnqueuing.Enqueue"/>.
    /// </summary>
    public static IServiceCollection AddOutbox<TContext>(
        this IServiceCollection services, Action<IOutboxMessages> messages)
        where TContext : StoreContext
    {
        ArgumentNullException.ThrowIfNull(messages);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var plan = new OutboxPlan<TContext>(provider.GetRequiredService<TimeProvider>());
            messages(plan);
            return plan;
        });
        services.AddSingleton<OutboxPlan>(provider => provider.GetRequiredService<OutboxPlan<TContext>>());
        services.TryAddSingleton<OutboxPlans>();
        services.AddHostedService<OutboxDelivery<TContext>>();
        services.AddMetrics();
        services.AddHostedService<OutboxBacklog<TContext>>();
        return services;
    }
}
