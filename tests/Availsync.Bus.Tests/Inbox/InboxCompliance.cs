using Availsync.Bus.Inbox;
using Availsync.Bus.Tests.Databases;
using Availsync.Storage;
using MassTransit;
using MassTransit.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Bus.Tests.Inbox;

/// <summary>What the inbox promises to a consumer that writes and sends, whichever engine it is on.</summary>
public abstract class InboxCompliance(StorageProvider provider) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly ReceiveCounter _desk = new(nameof(BookingDesk));
    private TestDatabase _database = null!;
    private IHost _host = null!;

    /// <summary>What is there by now: the harness would otherwise wait for more.</summary>
    private static CancellationToken Timeless => new(canceled: true);

    private ITestHarness Harness => _host.Services.GetTestHarness();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(provider);
        await StoreHost.CreateTablesAsync<DeskContext, DeskContextSqlite, DeskContextPostgres>(_database);
        _host = await StoreHost.StartAsync<DeskContext, DeskContextSqlite, DeskContextPostgres>(
            _database,
            services => services
                .AddSingleton<TimeProvider>(_time)
                .AddInbox<DeskContext>(TimeSpan.FromHours(1))
                .AddMassTransitTestHarness(x =>
                {
                    x.SetTestTimeouts(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10));
                    x.AddConsumer<BookingDesk>();
                    x.AddConsumer<BookedWitness>();
                    x.AddConfigureEndpointsCallback((context, name, endpoint) =>
                    {
                        endpoint.UseMessageRetry(retry => retry.Immediate(2));
                        if (name == "BookingDesk")
                            endpoint.UseInbox<DeskContext>(context);
                    });
                }));
        Harness.Bus.ConnectReceiveObserver(_desk);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(BookingTrouble.None)]
    [InlineData(BookingTrouble.ConsumerFailsOnce)]
    [InlineData(BookingTrouble.SendFailsOnce)]
    public async Task What_a_consumer_writes_and_what_it_sends_happen_once_together(BookingTrouble trouble)
    {
        await SendAsync(NewId.NextGuid(), new Book("Ada", trouble));
        await SendAsync(NewId.NextGuid(), new Book("last"));

        Assert.Equal(["Ada", "last"], await GuestsAsync());
        Assert.Equal(["Ada", "last"], await BookedAsync());
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_consumed_once()
    {
        var id = NewId.NextGuid();

        await SendAsync(id, new Book("Ada"));
        await SendAsync(id, new Book("Ada"));
        await SendAsync(NewId.NextGuid(), new Book("last"));

        Assert.Equal(["Ada", "last"], await GuestsAsync());
        Assert.Equal(["Ada", "last"], await BookedAsync());
    }

    [Fact]
    public async Task A_message_that_comes_many_times_at_once_is_consumed_once()
    {
        var id = NewId.NextGuid();

        await SendAsync(id, new Book("Ada"), times: 8);
        await SendAsync(NewId.NextGuid(), new Book("last"));

        Assert.Equal(["Ada", "last"], await GuestsAsync());
        Assert.Equal(["Ada", "last"], await BookedAsync());
    }

    [Fact]
    public async Task A_message_is_forgotten_when_its_repeats_are_not_to_be_expected_any_more()
    {
        await SendAsync(NewId.NextGuid(), new Book("last"));
        Assert.Equal(1, await RememberedAsync());

        _time.Advance(TimeSpan.FromHours(1));
        await Until.IsTrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return await RememberedAsync() == 0;
        });
    }

    /// <summary>
    /// Sends a message so many times at once, and waits until the endpoint is through with all of them.
    /// </summary>
    private async Task SendAsync(Guid id, Book message, int times = 1)
    {
        var endpoint = await Harness.GetConsumerEndpoint<BookingDesk>();
        var before = _desk.Received;
        await Task.WhenAll(Enumerable.Range(0, times)
            .Select(_ => endpoint.Send(message, context => context.MessageId = id)));
        await Until.IsTrueAsync(() => Task.FromResult(_desk.Received == before + times));
    }

    private async Task<List<string>> GuestsAsync()
    {
        await using var context = Context();
        return await context.Bookings.Select(booking => booking.Guest).Order().ToListAsync();
    }

    /// <summary>The messages that have left, once two have.</summary>
    private async Task<List<string>> BookedAsync()
    {
        var witness = Harness.GetConsumerHarness<BookedWitness>();
        await Until.IsTrueAsync(() => Task.FromResult(witness.Consumed.Select<Booked>(Timeless).Count() >= 2));
        return [.. witness.Consumed.Select<Booked>(Timeless).Select(m => m.Context.Message.Guest).Order()];
    }

    private async Task<int> RememberedAsync()
    {
        await using var context = Context();
        return await context.Set<InboxRow>().CountAsync(row => row.Delivered != null);
    }

    private DeskContext Context() =>
        _host.Services.GetRequiredService<IDbContextFactory<DeskContext>>().CreateDbContext();
}

public sealed class SqliteInboxTests() : InboxCompliance(StorageProvider.Sqlite);

public sealed class PostgresInboxTests() : InboxCompliance(StorageProvider.Postgres);
