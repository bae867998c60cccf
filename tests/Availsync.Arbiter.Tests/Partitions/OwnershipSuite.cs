using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Bus;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Tests.Partitions;

/// <summary>Each partition is served by one instance, by another once that one is gone, and never by both.</summary>
public abstract class OwnershipSuite(StorageProvider provider)
{
    [Fact]
    public async Task The_first_instance_serves_all_and_gives_a_second_its_half_and_all_when_it_stops()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        var before = await world.RowsAsync();

        var second = await ServeAsync(world);
        await RenewUntilAsync(world, [first, second], () => second.Connector.Queues.Count == 1);
        Assert.Single(first.Connector.Queues);
        Assert.Empty(first.Connector.Queues.Intersect(second.Connector.Queues));
        var moved = Assert.Single((await world.RowsAsync()).Zip(before), pair => pair.First.Epoch > pair.Second.Epoch);
        Assert.Equal(second.Id, moved.First.Owner);

        await first.StopAsync();
        Assert.Empty(first.Connector.Queues);
        Assert.DoesNotContain(await world.RowsAsync(), row => row.Owner == first.Id);
        await second.RenewedAsync(world); // Its next look, no lease waited for.
        await second.Connector.WaitForAsync(2);
        Assert.Equal(["arbiter.p00", "arbiter.p01"], second.Connector.Queues.Order());
        await second.StopAsync();
    }

    [Fact]
    public async Task A_partition_is_given_up_only_when_what_was_taken_from_its_queue_is_answered()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        first.Connector.InWork = new TaskCompletionSource();
        var stopped = first.StopAsync();
        await first.Connector.ClosingAsync();
        Assert.All(await world.RowsAsync(), row => Assert.Equal(first.Id, row.Owner));

        first.Connector.InWork.SetResult();
        await stopped;
        Assert.All(await world.RowsAsync(), row => Assert.Null(row.Owner));
    }

    [Fact]
    public async Task What_never_ends_is_waited_for_no_longer_than_a_command_lives()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        first.Connector.InWork = new TaskCompletionSource();
        var stopped = first.StopAsync();
        await first.Connector.ClosingAsync();
        await first.Connector.ClosingAsync();

        var closing = world.Time.GetUtcNow();
        while (first.Instance.Map.Owned.Count > 0) // And no longer: the store that is asked then has a patience of its own.
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopped;
        Assert.True(world.Time.GetUtcNow() - closing >= TimeSpan.FromSeconds(5));
        Assert.All(await world.RowsAsync(), row => Assert.Null(row.Owner));
    }

    [Fact]
    public async Task An_instance_that_the_broker_does_not_answer_loses_its_partitions_to_one_that_it_does()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var cut = await ServeAsync(world);
        await cut.Connector.WaitForAsync(2);
        cut.Broker.IsCut = true;
        var other = await ServeAsync(world);
        await RenewUntilAsync(world, [cut, other], () => other.Connector.Queues.Count == 2);
        Assert.InRange(world.Time.GetUtcNow() - world.Began, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
        await RenewUntilAsync(world, [cut, other], () => cut.Connector.Queues.Count == 0);

        cut.Broker.IsCut = false;
        await RenewUntilAsync(world, [cut, other], () => cut.Connector.Queues.Count == 1);
        await cut.StopAsync();
        await other.StopAsync();
    }

    [Fact]
    public async Task One_that_is_pinned_serves_what_it_is_pinned_to_and_the_others_share_the_rest()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var any = await ServeAsync(world);
        await any.Connector.WaitForAsync(2);
        var pinned = await ServeAsync(world, new ArbiterOptions { Partitions = "0" });
        await RenewUntilAsync(world, [any, pinned], () => pinned.Connector.Queues.Count == 1);
        Assert.Equal(["arbiter.p00"], pinned.Connector.Queues);
        Assert.Equal(["arbiter.p01"], any.Connector.Queues);

        await pinned.StopAsync();
        await RenewUntilAsync(world, [any], () => any.Connector.Queues.Count == 2);
        await any.StopAsync();
    }

    [Fact]
    public async Task A_partition_that_was_lost_and_got_back_is_not_decided_by_what_was_known_before()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        foreach (var row in await world.RowsAsync()) await arbiter.Table.TakeAsync(row, default);

        Assert.IsType<Reply.Undecided>(await arbiter.AskAsync(world.Start("repo:a/b", agent: 2)));
        Assert.Single(await world.ClaimsAsync());
    }

    [Fact]
    public async Task Leases_run_by_the_clock_of_the_database()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await using var context = await world.Contexts.CreateDbContextAsync();
        var now = await new StoreClock(world.Time).NowAsync(context, default);
        if (provider == StorageProvider.Sqlite) Assert.Equal(world.Time.GetUtcNow(), now);
        else Assert.InRange(now, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task Whoever_asks_is_told_who_serves_what_and_how_it_is_doing()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var other = await world.JoinAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        var ended = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/c"))).Claim;
        await arbiter.DecideAsync(new FinishRun(world.Agent(), ended.Id, null, null));

        var ours = (await Report(world, arbiter).ReadAsync(default)).Partitions;
        Assert.Equal([0, 1], ours.Select(p => p.Partition));
        Assert.All(ours, p => Assert.Equal((arbiter.Map.Instance, 1L, 0), (p.Owner!.Value, p.Epoch, p.QueueDepth!.Value)));
        Assert.Equal((2, 1L, 0L), (ours.Sum(p => p.Roots), ours.Sum(p => p.Claims), ours.Sum(p => p.Waiters)));
        Assert.Equal(world.Time.GetUtcNow(), ours.First(p => p.LastBatch is not null).LastBatch!.At);

        var theirs = (await Report(world, other).ReadAsync(default)).Partitions;
        Assert.Equal(ours.Select(p => new PartitionState(p.Partition, p.Owner, p.Epoch, p.LeaseUntil)), theirs);
    }

    [Fact]
    public async Task What_a_partition_holds_is_measured_and_right_after_a_take_over()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        await first.Instance.DecideAsync(world.Start("repo:a/b"));
        await first.Instance.DecideAsync(world.Start("repo:a/c"));
        await first.StopAsync();

        var second = await ServeAsync(world);
        await second.Connector.WaitForAsync(2);
        await second.Instance.DecideAsync(world.Start("repo:a/d"));
        var measured = Measured(second.Instance);
        Assert.Equal(2, measured["availsync.partition.owned"]);
        Assert.Equal(4, measured["availsync.partition.epoch"]);
        Assert.Equal(3, measured["availsync.partition.claims"]);
        Assert.Equal(1, measured["availsync.partition.roots"]);
        Assert.Equal(0, measured["availsync.partition.queue_depth"]);
        Assert.Equal(0, measured["availsync.partition.waiters"]);
        await second.StopAsync();
    }

    [Fact]
    public async Task The_partitions_of_one_that_died_are_taken_over_when_its_lease_is_over()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await world.TakeOverAsync(); // Never renews: as good as dead.
        var second = await ServeAsync(world);
        await second.RenewedAsync(world);
        Assert.Empty(second.Connector.Queues);

        world.Time.Advance(TimeSpan.FromSeconds(ArbiterWorld.Arbiter.Value.OwnershipLeaseSeconds));
        await second.RenewedAsync(world);
        await second.Connector.WaitForAsync(2);
        await second.StopAsync();
    }

    [Fact]
    public async Task The_only_instance_takes_its_partitions_back_at_once_after_a_crash()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await world.TakeOverAsync();
        var restarted = await ServeAsync(world, new ArbiterOptions { SoleInstance = true });
        await restarted.Connector.WaitForAsync(2);
        await restarted.StopAsync();
    }

    [Fact]
    public async Task Leases_that_ran_out_while_nobody_served_end_at_the_take_over_without_any_wake_up()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await world.TakeOverAsync();
        await first.DecideAsync(world.Start("repo:a/b", seconds: 5));
        await first.DecideAsync(world.Start("repo:a/c", seconds: 5));
        await first.DecideAsync(world.Start("repo:a/d", seconds: 3600));
        world.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await ServeAsync(world);
        await second.Connector.WaitForAsync(2);
        await second.RenewedAsync(world);
        await second.StopAsync();

        var claims = await world.ClaimsAsync();
        Assert.Equal(2, claims.Count(c => c.Status == "expired"));
        Assert.Equal("repo:a/d", Assert.Single(claims, c => c.Status == "active").Resource);
    }

    [Fact]
    public async Task What_a_failing_store_leaves_undone_at_the_take_over_comes_again()
    {
        var store = new FullStore();
        await using var world = await ArbiterWorld.OpenAsync(provider, store);
        var first = await world.TakeOverAsync();
        await first.DecideAsync(world.Start("repo:a/b", seconds: 5));
        await first.DecideAsync(world.Start("repo:a/b", agent: 2) with
        {
            Wait = new WaitRequest(55, Ticket: null, new Guid(1, 0, 0x7000, [0x90, 0, 0, 0, 0, 0, 0, 0]), "r", Repeat: null),
        });
        await first.Queues.StopAsync(default);
        world.Time.Advance(TimeSpan.FromMinutes(5));

        var second = await world.JoinAsync();
        var row = (await world.RowsAsync())[world.Start("repo:a/b").Slot.Partition(2)];
        var serving = new PartitionServing(
            second.Map, second.Table, second.Queue, new Connector(), second.Relay, world.Time,
            NullLogger<PartitionServing>.Instance);
        store.IsFull = true;
        var opening = serving.OpenAsync(new ServedPartition((await second.Table.TakeAsync(row, default))!));
        await store.HasRefused;
        Assert.False(opening.IsCompleted);
        store.IsFull = false;
        while (!opening.IsCompleted)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(opening, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        await opening;
        Assert.Equal("expired", Assert.Single(await world.ClaimsAsync()).Status);
        await using var context = await world.Contexts.CreateDbContextAsync();
        Assert.Empty(await context.Waiters.ToListAsync());
    }

    [Fact]
    public async Task An_instance_that_was_displaced_closes_its_endpoints()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        await world.TakeOverAsync();
        await first.RenewedAsync(world);
        Assert.Empty(first.Connector.Queues);
        await first.StopAsync();
    }

    [Fact]
    public async Task A_store_made_for_another_number_of_partitions_stops_the_start()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await world.JoinAsync();
        var table = new PartitionTable(
            world.Contexts,
            new PartitionMap(world.Time),
            new StoreClock(world.Time),
            world.Time,
            ArbiterWorld.Arbiter,
            Options.Create(new PartitionOptions { Count = 3 }));
        var refused = await Assert.ThrowsAsync<StartFailureException>(() => table.EnsureAsync(default));
        Assert.Contains("Partitions:Count is 3", refused.Message, StringComparison.Ordinal);
        Assert.Contains("partitions resize --to 3", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static PartitionReport Report(ArbiterWorld world, ArbiterWorld.Instance instance) => new(
        Instances(world, instance, ArbiterWorld.Arbiter), world.Contexts, instance.Map, instance.Queue,
        ArbiterWorld.Arbiter);

    private static InstanceTable Instances(
        ArbiterWorld world, ArbiterWorld.Instance instance, IOptions<ArbiterOptions> options) =>
        new(world.Contexts, instance.Map, instance.Clock, options);

    /// <summary>Every gauge of the partitions, summed over all of them.</summary>
    private static Dictionary<string, long> Measured(ArbiterWorld.Instance instance)
    {
        var sums = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instance.Metrics.Owns(instrument.Meter)) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        listener.RecordObservableInstruments();
        return sums;
    }

    /// <summary>Lets renewal after renewal pass until it is so.</summary>
    private static async Task RenewUntilAsync(ArbiterWorld world, Serving[] all, Func<bool> isSo)
    {
        for (var rounds = 0; !isSo(); rounds++)
        {
            Assert.InRange(rounds, 0, 15);
            var before = all.Select(s => s.Ownership.Rounds).ToList();
            world.Time.Advance(TimeSpan.FromSeconds(ArbiterWorld.Arbiter.Value.OwnershipRenewalSeconds));
            foreach (var (serving, count) in all.Zip(before)) await serving.RoundAsync(count + 1);
        }
    }

    private static async Task<Serving> ServeAsync(ArbiterWorld world, ArbiterOptions? options = null)
    {
        var instance = await world.JoinAsync();
        var (connector, broker) = (new Connector(), new Broker());
        var settings = Options.Create(options ?? new ArbiterOptions());
        var serving = new PartitionServing(
            instance.Map, instance.Table, instance.Queue, connector, instance.Relay, world.Time,
            NullLogger<PartitionServing>.Instance);
        instance.Metrics.Observe(instance.Map, instance.Queue);
        var ownership = new Ownership(
            instance.Map, instance.Table, Instances(world, instance, settings),
            new Ability(instance.Queue, broker, world.Time), serving, world.Time, settings,
            NullLogger<Ownership>.Instance);
        await ownership.StartAsync(default);
        return new Serving(instance, ownership, connector, broker);
    }

    private sealed record Serving(
        ArbiterWorld.Instance Instance, Ownership Ownership, Connector Connector, Broker Broker)
    {
        public Guid Id => Instance.Map.Instance;

        public Task StopAsync() => Ownership.StopAsync(default);

        /// <summary>Lets the time of one renewal pass, and returns when that renewal is through.</summary>
        public async Task RenewedAsync(ArbiterWorld world)
        {
            await RoundAsync(1);
            var rounds = Ownership.Rounds;
            world.Time.Advance(TimeSpan.FromSeconds(ArbiterWorld.Arbiter.Value.OwnershipRenewalSeconds));
            await RoundAsync(rounds + 1);
        }

        public async Task RoundAsync(int count)
        {
            while (Ownership.Rounds < count) await Task.Yield();
        }
    }

    /// <summary>A store that takes no decision as long as it is full.</summary>
    private sealed class FullStore : SaveChangesInterceptor
    {
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsFull;

        /// <summary>Over when it has refused one.</summary>
        public Task HasRefused => _refused.Task;

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken)
        {
            var changes = eventData.Context!.ChangeTracker;
            if (!IsFull || !(changes.Entries<ClaimRow>().Any() || changes.Entries<WaiterRow>().Any()))
                return ValueTask.FromResult(result);
            _refused.TrySetResult();
            throw new IOException("The disk is full.");
        }
    }

    private sealed class Broker : IBrokerProbe
    {
        public volatile bool IsCut;

        public Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken) => Task.FromResult(!IsCut);
    }

    private sealed class Connector : IResponderConnector
    {
        private readonly ConcurrentDictionary<string, bool> _queues = [];
        private readonly Channel<string> _connected = Channel.CreateUnbounded<string>();

        private readonly Channel<bool> _closing = Channel.CreateUnbounded<bool>();

        public ICollection<string> Queues => _queues.Keys;

        /// <summary>What was taken from a queue and is not answered yet.</summary>
        public TaskCompletionSource? InWork { get; set; }

        /// <summary>Waits until one endpoint is asked to close.</summary>
        public async Task ClosingAsync() => await _closing.Reader.ReadAsync();

        public async Task WaitForAsync(int count)
        {
            for (var n = 0; n < count; n++) await _connected.Reader.ReadAsync();
        }

        public Task<IAsyncDisposable> ConnectAsync<TRequest, TReply>(
            string queue, Func<TRequest, CancellationToken, Task<TReply>> respond, int priority,
            CancellationToken cancellationToken)
            where TRequest : class
            where TReply : class
        {
            Assert.True(_queues.TryAdd(queue, true), $"{queue} was connected twice.");
            _connected.Writer.TryWrite(queue);
            return Task.FromResult<IAsyncDisposable>(new Endpoint(() => CloseAsync(queue)));
        }

        private async Task CloseAsync(string queue)
        {
            _closing.Writer.TryWrite(true);
            if (InWork is { } work) await work.Task;
            _queues.TryRemove(queue, out _);
        }

        private sealed class Endpoint(Func<Task> close) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync() => await close();
        }
    }
}

public sealed class OwnershipOnSqlite() : OwnershipSuite(StorageProvider.Sqlite);

public sealed class OwnershipOnPostgres() : OwnershipSuite(StorageProvider.Postgres)
{
    [Fact]
    public async Task A_session_that_is_cut_off_in_a_batch_holds_its_successor_up_for_seconds_only()
    {
        await using var world = await ArbiterWorld.OpenAsync(StorageProvider.Postgres);
        await world.TakeOverAsync();
        await using var context = await world.Contexts.CreateDbContextAsync();
        await using var cut = await context.BeginWriteAsync();
        await context.Partitions.ExecuteUpdateAsync(p => p.SetProperty(x => x.ClockAt, world.Time.GetUtcNow()));

        var successor = await world.JoinAsync();
        var began = TimeProvider.System.GetTimestamp();
        var row = (await world.RowsAsync())[0];
        while (await TriedAsync(successor, row) is null)
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(8));

        await Assert.ThrowsAnyAsync<Exception>(() => cut.CommitAsync());
    }

    /// <summary>Null where the row is still locked.</summary>
    private static async Task<OwnedPartition?> TriedAsync(ArbiterWorld.Instance instance, PartitionRow row)
    {
        try
        {
            return await instance.Table.TakeAsync(row, default);
        }
        catch (Exception exception) when (exception.ToString().Contains("55P03", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
