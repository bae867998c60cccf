using Availsync.Bus.Scheduling;
using Availsync.Storage;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Availsync.Bus.Sagas;

/// <summary>Registers where sagas are kept.</summary>
public static class SagaRegistration
{
    /// <summary>
    /// Keeps a saga in a store. The context maps it with <c>CorrelationId</c> as its key, never generated. Two first
    /// events at once collide on that key, so an endpoint with such events repeats them (<c>UseMessageRetry</c>).
    /// </summary>
    public static ISagaRegistrationConfigurator<TSaga> StoreRepository<TSaga, TContext>(
        this ISagaRegistrationConfigurator<TSaga> saga)
        where TSaga : class, ISaga
        where TContext : StoreContext
    {
        ArgumentNullException.ThrowIfNull(saga);
        saga.Repository(repository =>
        {
            repository.AddSagaUnitOfWork<TContext>();
            repository.RegisterLoadSagaRepository<TSaga, StoreSagaRepositoryContextFactory<TSaga, TContext>>();
            repository.RegisterQuerySagaRepository<TSaga, StoreSagaRepositoryContextFactory<TSaga, TContext>>();
            repository.RegisterSagaRepository<TSaga, DbContext, SagaConsumeContextFactory<DbContext, TSaga>,
                StoreSagaRepositoryContextFactory<TSaga, TContext>>();
        });
        return saga;
    }

    /// <summary>Lets batches run through sagas in process; the sagas are registered with <c>AddMediator</c>.</summary>
    public static IServiceCollection AddUnitOfWorkMediator(this IServiceCollection services)
    {
        services.TryAddScoped<UnitOfWorkMediator>();
        return services;
    }

    internal static void AddSagaUnitOfWork<TContext>(this IServiceCollection services)
        where TContext : StoreContext =>
        services.TryAddScoped(provider => new SagaUnitOfWork<TContext>(
            provider.GetRequiredService<TContext>(), provider.GetService<DuePlan<TContext>>()));
}
