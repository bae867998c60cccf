using Availsync.Bus;
using Availsync.Bus.Sagas;
using Availsync.Bus.Scheduling;
using Availsync.Contracts;
using Availsync.Storage;
using MassTransit;

namespace Availsync.Arbiter.Leases;

internal static class LeaseRegistration
{
    /// <summary>Registers the lease saga, its store and its timers.</summary>
    public static IServiceCollection AddLeases(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStore<LeaseDbContext, SqliteLeaseDbContext, PostgresLeaseDbContext>(configuration);
        services.AddMediator(mediator => mediator
            .AddSagaStateMachine<LeaseStateMachine, LeaseState>()
            .StoreRepository<LeaseState, LeaseDbContext>());
        services.AddUnitOfWorkMediator();
        services.AddScoped<Wakings>();
        services.AddSingleton<PartitionWaker>();
        services.AddHostedService(provider => provider.GetRequiredService<PartitionWaker>());
        services.AddScheduler<LeaseDbContext, LeaseTimeoutDelivery>(timers => timers.Carry<LeaseTimeoutDue>());
        services.AddBusParts(parts => parts.Handler<ClaimEvents, LeaseEvents>(LeaseEvents.Queue));
        return services;
    }
}
