using Availsync.Bus.Sagas;
using Availsync.Bus.Scheduling;
using Availsync.Bus.Tests.Databases;
using MassTransit;
using MassTransit.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Bus.Tests.Sagas;

/// <summary>
/// An instance of a service with the parcels' saga on MassTransit's in-memory harness, kept in a store.
/// </summary>
internal sealed class ParcelService : IAsyncDisposable
{
    private readonly IHost _host;

    private ParcelService(IHost host) => _host = host;

    public StatementLog Statements => _host.Services.GetRequiredService<StatementLog>();

    public IServiceProvider Services => _host.Services;

    public ITestHarness Harness => _host.Services.GetTestHarness();

    public static Task CreateTablesAsync(TestDatabase database) =>
        StoreHost.CreateTablesAsync<ParcelContext, ParcelContextSqlite, ParcelContextPostgres>(database);

    public static async Task<ParcelService> StartAsync<TDelivery>(TestDatabase database, FakeTimeProvider time)
        where TDelivery : class, IDueMessageDelivery
    {
        var host = await StoreHost.StartAsync<ParcelContext, ParcelContextSqlite, ParcelContextPostgres>(
            database,
            services => services
                .AddSingleton<TimeProvider>(time)
                .AddSingleton<StatementLog>()
                .AddSingleton<IInterceptor>(provider => provider.GetRequiredService<StatementLog>())
                .AddUnitOfWorkMediator()
                .AddMediator(x => x.AddSagaStateMachine<ParcelStateMachine, Parcel>()
                    .StoreRepository<Parcel, ParcelContext>())
                .AddMassTransitTestHarness(x =>
                {
                    x.SetTestTimeouts(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
                    x.AddSagaStateMachine<ParcelStateMachine, Parcel>().StoreRepository<Parcel, ParcelContext>();
                    x.AddConfigureEndpointsCallback((_, _, endpoint) =>
                        endpoint.UseMessageRetry(retry => retry.Immediate(5)));
                })
                .Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = true)
                // After the bus, as in a service: what is sent to an endpoint that is not there yet goes nowhere.
                .AddScheduler<ParcelContext, TDelivery>(timers => timers.Carry<ParcelOverdue>()));
        return new ParcelService(host);
    }

    /// <summary>Publishes a message and waits until the saga has handled it, or has failed to.</summary>
    public async Task SendAsync<T>(T message)
        where T : class
    {
        var id = NewId.NextGuid();
        await Harness.Bus.Publish(message, context => context.MessageId = id);
        Assert.True(await Harness.Consumed.Any<T>(m => m.Context.MessageId == id));
    }

    public async Task<Parcel?> FindAsync(Guid id)
    {
        await using var context = Context();
        return await context.Parcels.SingleOrDefaultAsync(parcel => parcel.CorrelationId == id);
    }

    public async Task<int> TimersAsync()
    {
        await using var context = Context();
        return await context.Set<DueMessage>().CountAsync();
    }

    public ParcelContext Context() =>
        _host.Services.GetRequiredService<IDbContextFactory<ParcelContext>>().CreateDbContext();

    public async Task StopAsync() => await _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
