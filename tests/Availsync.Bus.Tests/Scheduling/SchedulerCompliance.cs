using System.Diagnostics.Metrics;
using Availsync.Bus.Scheduling;
using Availsync.Bus.Tests.Backlogs;
using Availsync.Bus.Tests.Databases;
using Availsync.Bus.Tests.Sagas;
using Availsync.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Bus.Tests.Scheduling;

/// <summary>What durable timers promise, whichever engine they are on.</summary>
public abstract class SchedulerCompliance(StorageProvider provider) : IAsyncLifetime
{
    private readonly List<ParcelService> _services = [];
    private TestDatabase _database = null!;

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 22, 12, 0, 0, TimeSpan.Zero));

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(provider);
        await ParcelService.CreateTablesAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_timer_fires_when_it_is_due_and_not_before()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        var (early, late) = (await PromiseAsync(service, minutes: 10), await PromiseAsync(service, minutes: 20));

        Time.Advance(TimeSpan.FromMinutes(15));

        await UntilOverdueAsync(service, early);
        Assert.Equal(0, (await service.FindAsync(late))!.TimesOverdue);
        Time.Advance(TimeSpan.FromMinutes(5));
        await UntilOverdueAsync(service, late);
        await Until.IsTrueAsync(async () => await service.TimersAsync() == 0);
    }

    [Fact]
    public async Task A_timer_that_was_taken_back_never_fires()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        var (withdrawn, kept) = (await PromiseAsync(service, minutes: 10), await PromiseAsync(service, minutes: 10));

        await service.SendAsync(new ParcelPromiseWithdrawn(withdrawn));
        Time.Advance(TimeSpan.FromMinutes(15));

        await UntilOverdueAsync(service, kept);
        Assert.Equal(0, (await service.FindAsync(withdrawn))!.TimesOverdue);
    }

    [Fact]
    public async Task A_timer_that_was_replaced_fires_once_at_its_new_time()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        var (moved, other) = (await PromiseAsync(service, minutes: 10), await PromiseAsync(service, minutes: 15));
        await service.SendAsync(new ParcelPromised(moved, Time.GetUtcNow().AddMinutes(30)));

        Time.Advance(TimeSpan.FromMinutes(20));
        await UntilOverdueAsync(service, other);
        Assert.Equal(0, (await service.FindAsync(moved))!.TimesOverdue);

        Time.Advance(TimeSpan.FromMinutes(10));
        await UntilOverdueAsync(service, moved);
        Assert.Equal(1, (await service.FindAsync(moved))!.TimesOverdue);
    }

    [Fact]
    public async Task A_message_of_a_timer_that_was_replaced_meanwhile_changes_nothing()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        var parcel = await PromiseAsync(service, minutes: 10);
        var stale = (await service.FindAsync(parcel))!.OverdueToken!.Value;
        await service.SendAsync(new ParcelPromised(parcel, Time.GetUtcNow().AddMinutes(30)));

        await service.Harness.Bus.Publish(new ParcelOverdue(parcel), context =>
        {
            context.MessageId = stale;
            context.Headers.Set(MessageHeaders.SchedulingTokenId, stale.ToString("D"));
        });

        Assert.True(await service.Harness.Consumed.Any<ParcelOverdue>(m => m.Context.MessageId == stale));
        Assert.Equal(0, (await service.FindAsync(parcel))!.TimesOverdue);
    }

    [Fact]
    public async Task Taking_back_a_timer_that_is_not_known_is_harmless()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        var parcel = await PromiseAsync(service, minutes: 10);
        await using (var context = service.Context())
            await context.Set<DueMessage>().ExecuteDeleteAsync();

        await service.SendAsync(new ParcelPromiseWithdrawn(parcel));

        Assert.Null((await service.FindAsync(parcel))!.OverdueToken);
    }

    [Fact]
    public async Task Two_dispatchers_share_the_work_and_no_timer_fires_twice()
    {
        var first = await StartAsync<MediatorDueMessageDelivery>();
        await StartAsync<MediatorDueMessageDelivery>();
        var parcels = new List<Guid>();
        for (var i = 0; i < 60; i++)
            parcels.Add(await PromiseAsync(first, minutes: 10));

        Time.Advance(TimeSpan.FromMinutes(10));

        foreach (var parcel in parcels)
            await UntilOverdueAsync(first, parcel);
        await using var context = first.Context();
        Assert.Equal(60, await context.Parcels.SumAsync(parcel => parcel.TimesOverdue));
    }

    [Fact]
    public async Task What_a_stopped_instance_has_set_the_next_one_dispatches()
    {
        var first = await StartAsync<BusDueMessageDelivery>();
        var parcel = await PromiseAsync(first, minutes: 10);
        await first.StopAsync();
        Time.Advance(TimeSpan.FromMinutes(30));

        var second = await StartAsync<BusDueMessageDelivery>();

        await UntilOverdueAsync(second, parcel);
    }

    [Fact]
    public async Task A_dispatch_that_dies_before_its_commit_is_repeated()
    {
        var died = 0;
        ScriptedDelivery.Script = _ =>
        {
            // The first try is the batch, the second one is the message alone.
            if (Interlocked.Increment(ref died) == 1)
                throw new InvalidOperationException("died");
        };
        var service = await StartAsync<ScriptedDelivery>();
        var parcel = await PromiseAsync(service, minutes: 10);

        Time.Advance(TimeSpan.FromMinutes(10));

        await UntilOverdueAsync(service, parcel);
        Assert.Equal(1, (await service.FindAsync(parcel))!.TimesOverdue);
    }

    [Fact]
    public async Task A_message_that_cannot_be_delivered_is_put_off_and_holds_up_no_other()
    {
        var poison = Guid.Empty;
        ScriptedDelivery.Script = overdue =>
        {
            if (overdue.Parcel == poison)
                throw new InvalidOperationException("never");
        };
        var service = await StartAsync<ScriptedDelivery>();
        poison = await PromiseAsync(service, minutes: 10);
        var (second, third) = (await PromiseAsync(service, minutes: 10), await PromiseAsync(service, minutes: 11));

        Time.Advance(TimeSpan.FromMinutes(11));

        await UntilOverdueAsync(service, second);
        await UntilOverdueAsync(service, third);
        Assert.Equal(0, (await service.FindAsync(poison))!.TimesOverdue);
        Assert.Equal(1, await service.TimersAsync());
    }

    [Fact]
    public async Task How_much_waits_is_seen_at_intervals_and_nothing_is_shown_where_it_cannot_be_seen()
    {
        var service = await StartAsync<BusDueMessageDelivery>();
        foreach (var minutes in new[] { 10, 12, 20 }) await PromiseAsync(service, minutes);
        Time.Advance(TimeSpan.FromSeconds(5));
        await Until.IsTrueAsync(() => Task.FromResult(Shown(service).GetValueOrDefault("availsync.timers.waiting") == 3));
        Assert.Equal((0, 0), Overdue(service));

        await service.StopAsync();
        Time.Advance(TimeSpan.FromMinutes(15));
        var watch = service.Services.GetServices<IHostedService>().OfType<TimerBacklog<ParcelContext>>().Single();
        await watch.RefreshAsync(default);
        Assert.Equal(3, Shown(service)["availsync.timers.waiting"]);
        Assert.Equal((2, 305), Overdue(service));

        await using (var context = service.Context())
            await context.Set<DueMessage>().ExecuteDeleteAsync();
        await watch.RefreshAsync(default);
        Assert.Equal(0, Shown(service)["availsync.timers.waiting"]);

        await using (var context = service.Context())
        {
            var drop = "DROP TABLE " + context.TableOf<DueMessage>();
            await context.Database.ExecuteSqlRawAsync(drop);
        }

        await watch.RefreshAsync(default);
        Assert.Empty(Shown(service));
    }

    private static (double Count, double Age) Overdue(ParcelService service) =>
        (Shown(service)["availsync.timers.overdue"], Shown(service)["availsync.timers.age"]);

    private static Dictionary<string, double> Shown(ParcelService service) => Gauges.Of(
        service.Services.GetRequiredService<IMeterFactory>(), "availsync.timers");

    private async Task<ParcelService> StartAsync<TDelivery>()
        where TDelivery : class, IDueMessageDelivery
    {
        var service = await ParcelService.StartAsync<TDelivery>(_database, Time);
        _services.Add(service);
        return service;
    }

    private async Task<Guid> PromiseAsync(ParcelService service, int minutes)
    {
        var parcel = NewId.NextGuid();
        await service.SendAsync(new ParcelPosted(parcel, "Ghent"));
        await service.SendAsync(new ParcelPromised(parcel, Time.GetUtcNow().AddMinutes(minutes)));
        return parcel;
    }

    /// <summary>Waits for the saga's own record that the timer has fired, and fails when it does not come.</summary>
    private static Task UntilOverdueAsync(ParcelService service, Guid parcel) =>
        Until.IsTrueAsync(async () => (await service.FindAsync(parcel))!.TimesOverdue > 0);
}

public sealed class SqliteSchedulerTests() : SchedulerCompliance(StorageProvider.Sqlite);

public sealed class PostgresSchedulerTests() : SchedulerCompliance(StorageProvider.Postgres);
