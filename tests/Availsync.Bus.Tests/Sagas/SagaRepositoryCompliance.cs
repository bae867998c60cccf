using Availsync.Bus.Sagas;
using Availsync.Bus.Scheduling;
using Availsync.Bus.Tests.Databases;
using Availsync.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Bus.Tests.Sagas;

/// <summary>What the saga repository promises, whichever engine it is on.</summary>
public abstract class SagaRepositoryCompliance(StorageProvider provider) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _id = NewId.NextGuid();
    private TestDatabase _database = null!;
    private ParcelService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(provider);
        await ParcelService.CreateTablesAsync(_database);
        _service = await ParcelService.StartAsync<BusDueMessageDelivery>(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_first_event_makes_an_instance_later_ones_change_it_and_the_last_one_deletes_it()
    {
        await _service.SendAsync(new ParcelPosted(_id, "Ghent"));
        Assert.Equal(("Ghent", 0), await TownAndTimesSeenAsync());

        await _service.SendAsync(new ParcelSeen(_id));
        Assert.Equal(("Ghent", 1), await TownAndTimesSeenAsync());

        await _service.SendAsync(new ParcelDelivered(_id));
        Assert.Null(await _service.FindAsync(_id));
    }

    [Fact]
    public async Task An_event_that_fails_leaves_neither_its_changes_nor_its_timers()
    {
        await _service.SendAsync(new ParcelPosted(_id, "Ghent"));

        await _service.SendAsync(new ParcelDropped(_id));

        var parcel = await _service.FindAsync(_id);
        Assert.Equal(("Ghent", (Guid?)null), (parcel!.Town, parcel.OverdueToken));
        Assert.Equal(0, await _service.TimersAsync());
    }

    [Fact]
    public async Task No_event_is_lost_when_many_reach_one_instance_at_once()
    {
        await _service.SendAsync(new ParcelPosted(_id, "Ghent"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _service.SendAsync(new ParcelSeen(_id))));

        Assert.Equal(("Ghent", 20), await TownAndTimesSeenAsync());
    }

    [Fact]
    public async Task First_events_that_come_at_once_make_one_instance_and_all_of_them_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _service.SendAsync(new ParcelSeen(_id))));

        Assert.Equal(("", 5), await TownAndTimesSeenAsync());
    }

    [Fact]
    public async Task An_event_for_many_instances_reaches_those_it_concerns_and_no_other()
    {
        Guid[] ids = [.. Enumerable.Range(0, 3).Select(_ => NewId.NextGuid())];
        await _service.SendAsync(new ParcelPosted(ids[0], "Gand"));
        await _service.SendAsync(new ParcelPosted(ids[1], "Gand"));
        await _service.SendAsync(new ParcelPosted(ids[2], "Bruges"));

        await _service.SendAsync(new TownRenamed("Gand", "Ghent"));

        await using var context = _service.Context();
        var towns = await context.Parcels.ToDictionaryAsync(parcel => parcel.CorrelationId, parcel => parcel.Town);
        Assert.Equal(["Ghent", "Ghent", "Bruges"], ids.Select(id => towns[id]));
    }

    [Fact]
    public async Task An_event_for_an_instance_that_is_gone_is_dropped_where_the_saga_says_so()
    {
        await _service.SendAsync(new ParcelDelivered(_id));

        Assert.Null(await _service.FindAsync(_id));
        Assert.False(await _service.Harness.Published.Any<Fault<ParcelDelivered>>(Cancelled));
    }

    [Fact]
    public async Task Messages_of_one_unit_of_work_see_each_other_and_commit_together()
    {
        var other = NewId.NextGuid();
        await WithinUnitAsync(
            commit: true,
            new ParcelPosted(_id, "Ghent"), new ParcelSeen(_id), new ParcelSeen(_id), new ParcelPosted(other, "Lier"),
            new ParcelPromised(_id, _time.GetUtcNow().AddHours(1)), new ParcelDelivered(other),
            new ParcelPosted(other, "Mol"));

        Assert.Equal(("Ghent", 2), await TownAndTimesSeenAsync());
        Assert.Equal("Mol", (await _service.FindAsync(other))!.Town);
        Assert.Equal(1, await _service.TimersAsync());
    }

    [Fact]
    public async Task A_unit_of_work_that_is_left_without_a_commit_changes_nothing()
    {
        await _service.SendAsync(new ParcelPosted(_id, "Ghent"));
        await _service.SendAsync(new ParcelPromised(_id, _time.GetUtcNow().AddHours(1)));

        await WithinUnitAsync(
            commit: false, new ParcelSeen(_id), new ParcelPosted(NewId.NextGuid(), "Lier"),
            new ParcelPromised(_id, _time.GetUtcNow().AddHours(2)), new ParcelDelivered(_id));

        Assert.Equal(("Ghent", 0), await TownAndTimesSeenAsync());
        Assert.Equal(1, await _service.TimersAsync());
    }

    [Fact]
    public async Task A_timer_that_is_set_and_cancelled_in_one_unit_of_work_leaves_no_row()
    {
        await WithinUnitAsync(
            commit: true, new ParcelPosted(_id, "Ghent"), new ParcelPromised(_id, _time.GetUtcNow().AddHours(1)),
            new ParcelPromiseWithdrawn(_id));

        Assert.Equal(0, await _service.TimersAsync());
    }

    [Fact]
    public async Task A_hundred_messages_of_one_unit_of_work_cost_a_handful_of_statements()
    {
        Guid[] ids = [.. Enumerable.Range(0, 100).Select(_ => NewId.NextGuid())];
        await WithinUnitAsync(commit: true, [.. ids.Select(id => new ParcelPosted(id, "Ghent"))]);
        await WithinUnitAsync(
            commit: true, [.. ids.Select(id => new ParcelPromised(id, _time.GetUtcNow().AddHours(1)))]);
        _service.Statements.Clear();

        await WithinUnitAsync(commit: true, [.. ids.Select(id => new ParcelDelivered(id))]);

        Assert.Equal(1, _service.Statements.Count("SELECT", "parcels"));
        Assert.Equal(1, _service.Statements.Count("DELETE", "due_messages"));
        Assert.Equal(0, await _service.TimersAsync());
    }

    private static CancellationToken Cancelled => new(canceled: true);

    private async Task WithinUnitAsync(bool commit, params object[] messages)
    {
        await using var scope = _service.Services.CreateAsyncScope();
        var unit = scope.ServiceProvider.GetRequiredService<SagaUnitOfWork<ParcelContext>>();
        var mediator = scope.ServiceProvider.GetRequiredService<UnitOfWorkMediator>();
        await using var work = await unit.BeginAsync(CancellationToken.None);
        await unit.PreloadAsync<Parcel>([.. messages.Select(ParcelOf)], CancellationToken.None);
        foreach (var message in messages)
            await mediator.PublishAsync(message, prepare: null, CancellationToken.None);
        if (commit)
            await work.CommitAsync(CancellationToken.None);
    }

    private static Guid ParcelOf(object message) =>
        (Guid)message.GetType().GetProperty(nameof(ParcelPosted.Parcel))!.GetValue(message)!;

    private async Task<(string Town, int TimesSeen)?> TownAndTimesSeenAsync() =>
        await _service.FindAsync(_id) is { } parcel ? (parcel.Town, parcel.TimesSeen) : null;
}

public sealed class SqliteSagaRepositoryTests() : SagaRepositoryCompliance(StorageProvider.Sqlite);

public sealed class PostgresSagaRepositoryTests() : SagaRepositoryCompliance(StorageProvider.Postgres);
