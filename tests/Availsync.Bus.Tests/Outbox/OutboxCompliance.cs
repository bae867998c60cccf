using System.Diagnostics.Metrics;
using Availsync.Bus.Durable;
using Availsync.Bus.Outbox;
using Availsync.Bus.Tests.Backlogs;
using Availsync.Bus.Tests.Databases;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Bus.Tests.Outbox;

/// <summary>What an outbox promises, whichever engine it is on.</summary>
public abstract class OutboxCompliance(StorageProvider provider) : IAsyncLifetime
{
    private readonly List<IHost> _hosts = [];
    private TestDatabase _database = null!;

    private protected ScriptedPublisher Publisher { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(provider);
        await StoreHost.CreateTablesAsync<ShopContext, ShopContextSqlite, ShopContextPostgres>(_database);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Messages_are_published_in_the_order_they_were_enqueued()
    {
        var host = await StartAsync();

        for (var id = 1; id <= 150; id++)
            await PlaceAsync(host, id);

        Assert.Equal(Enumerable.Range(1, 150), await Publisher.NextAsync(150));
        await UntilEmptyAsync(host);
    }

    [Fact]
    public async Task A_message_whose_transaction_is_rolled_back_is_never_published()
    {
        var host = await StartAsync();

        await PlaceAsync(host, 1, commit: false);
        await PlaceAsync(host, 2);

        Assert.Equal([2], await Publisher.NextAsync(1));
        await using var context = Context(host);
        Assert.Equal([2], await context.Orders.Select(order => order.Id).ToListAsync());
    }

    [Fact]
    public async Task A_refused_message_is_published_again_before_the_ones_behind_it()
    {
        Publisher.Script = attempt => attempt is 2 or 3 ? ScriptedPublisher.Failure.BeforeItIsSafe : null;
        var host = await StartAsync();

        await PlaceAsync(host, 1, 2, 3);

        Assert.Equal([1, 2, 3], await Publisher.NextAsync(3));
        await UntilEmptyAsync(host);
    }

    [Fact]
    public async Task A_message_whose_confirmation_is_lost_comes_twice_and_nothing_is_lost()
    {
        Publisher.Script = attempt => attempt == 2 ? ScriptedPublisher.Failure.AfterItIsSafe : null;
        var host = await StartAsync();

        await PlaceAsync(host, 1, 2, 3);

        Assert.Equal([1, 2, 2, 3], await Publisher.NextAsync(4));
        await UntilEmptyAsync(host);
    }

    [Fact]
    public async Task What_a_stopped_instance_left_is_published_by_the_next_one()
    {
        Publisher.Script = _ => ScriptedPublisher.Failure.BeforeItIsSafe;
        var first = await StartAsync();
        await PlaceAsync(first, 1, 2);
        await first.StopAsync();
        Publisher.Script = _ => null;

        await StartAsync();

        Assert.Equal([1, 2], await Publisher.NextAsync(2));
    }

    [Fact]
    public async Task Enqueuing_outside_a_transaction_is_refused()
    {
        var host = await StartAsync();
        await using var context = Context(host);

        Assert.Throws<InvalidOperationException>(() => context.Enqueue(new OrderPlaced(1)));
    }

    [Fact]
    public async Task A_message_that_the_outbox_does_not_carry_is_refused_at_once()
    {
        var host = await StartAsync();
        await using var context = Context(host);
        await using var transaction = await context.BeginWriteAsync();

        Assert.Throws<InvalidOperationException>(() => context.Enqueue(new OrderShipped(1)));
    }

    [Fact]
    public async Task How_much_waits_and_since_when_is_measured()
    {
        Publisher.Script = _ => ScriptedPublisher.Failure.BeforeItIsSafe;
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 22, 12, 0, 0, TimeSpan.Zero));
        var host = await StartAsync(time);
        await PlaceAsync(host, 1, 2);
        time.Advance(TimeSpan.FromSeconds(7));
        await PlaceAsync(host, 3);
        await host.StopAsync();

        var watch = host.Services.GetServices<IHostedService>().OfType<OutboxBacklog<ShopContext>>().Single();
        await watch.RefreshAsync(default);
        Assert.Equal(new Dictionary<string, double> { [Waiting] = 3, [Age] = 7 }, Shown(host));

        await using (var context = Context(host)) await context.Set<OutboxRow>().ExecuteDeleteAsync();
        await watch.RefreshAsync(default);
        Assert.Equal(new Dictionary<string, double> { [Waiting] = 0, [Age] = 0 }, Shown(host));
    }

    private const string Waiting = "availsync.outbox.waiting";
    private const string Age = "availsync.outbox.age";

    private static Dictionary<string, double> Shown(IHost host) => Gauges.Of(
        host.Services.GetRequiredService<IMeterFactory>(), "availsync.outbox");

    private protected async Task<IHost> StartAsync(TimeProvider? time = null)
    {
        var host = await StoreHost.StartAsync<ShopContext, ShopContextSqlite, ShopContextPostgres>(
            _database,
            services => services
                .AddSingleton(time ?? TimeProvider.System)
                .AddSingleton<IDurablePublisher>(Publisher)
                .AddOutbox<ShopContext>(outbox => outbox.Carry<OrderPlaced>()));
        _hosts.Add(host);
        return host;
    }

    private protected static Task PlaceAsync(IHost host, params int[] ids) => PlaceAsync(host, ids, commit: true);

    private static Task PlaceAsync(IHost host, int id, bool commit) => PlaceAsync(host, [id], commit);

    private static async Task PlaceAsync(IHost host, int[] ids, bool commit)
    {
        await using var context = Context(host);
        await using var transaction = await context.BeginWriteAsync();
        foreach (var id in ids)
        {
            context.Orders.Add(new Order { Id = id });
            context.Enqueue(new OrderPlaced(id));
            await context.SaveChangesAsync();
        }

        if (commit)
            await transaction.CommitAsync();
    }

    private static ShopContext Context(IHost host) =>
        host.Services.GetRequiredService<IDbContextFactory<ShopContext>>().CreateDbContext();

    /// <summary>The last row goes a moment after its message: waits for that, and fails when it stays.</summary>
    private protected static Task UntilEmptyAsync(IHost host) => Until.IsTrueAsync(async () =>
    {
        await using var context = Context(host);
        return !await context.Set<OutboxRow>().AnyAsync();
    });
}

/// <summary>A SQLite file belongs to one process, so there is nothing to say of two instances.</summary>
public sealed class SqliteOutboxTests() : OutboxCompliance(StorageProvider.Sqlite);

public sealed class PostgresOutboxTests() : OutboxCompliance(StorageProvider.Postgres)
{
    [Fact]
    public async Task Two_instances_deliver_each_message_once_and_in_order()
    {
        var first = await StartAsync();
        var second = await StartAsync();

        for (var id = 1; id <= 40; id++)
            await PlaceAsync(id % 2 == 0 ? first : second, id);

        Assert.Equal(Enumerable.Range(1, 40), await Publisher.NextAsync(40));
        await UntilEmptyAsync(first);
    }
}
