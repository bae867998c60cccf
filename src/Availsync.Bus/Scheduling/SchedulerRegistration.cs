using Availsync.Bus.Sagas;
using Availsync.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Availsync.Bus.Scheduling;

/// <summary>Registers durable timers.</summary>
public static class SchedulerRegistration
{
    /// <summary>
    /// Keeps timers in a store and sends each message to its endpoint when it is due. The context maps them with
    /// <see cref="SchedulerModel.AddScheduler"/>; sagas of the store use them through MassTransit's ordinary API.
    /// </summary>
    public static IServiceCollection AddScheduler<TContext>(
        this IServiceCollection services, Action<IDueMessageTypes> messages)
        where TContext : StoreContext =>
        AddScheduler<TContext, BusDueMessageDelivery>(services, messages);

    /// <summary>The same with another way of delivery.</summary>
    public static IServiceCollection AddScheduler<TContext, TDelivery>(
        this IServiceCollection services, Action<IDueMessageTypes> messages)
        where TContext : StoreContext
        where TDelivery : class, IDueMessageDelivery
    {
        ArgumentNullException.ThrowIfNull(messages);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var plan = new DuePlan<TContext>(provider.GetRequiredService<TimeProvider>());
            messages(plan);
            return plan;
        });
        services.AddMetrics();
        services.TryAddSingleton<SchedulerMetrics>();
        services.AddSagaUnitOfWork<TContext>();
        services.AddKeyedScoped<IDueMessageDelivery, TDelivery>(typeof(TContext));
        services.AddHostedService<DueMessageDispatcher<TContext>>();
        services.AddHostedService<TimerBacklog<TContext>>();
        return services;
    }
}
