using System.Collections.Concurrent;
using System.Threading.Channels;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Tests.Partitions;

/// <summary>Each partition is served by one instance, by another once that one is gone, and never by both.</summary>
public abstract class OwnershipSuite(StorageProvider provider)
{
    [Fact]
    public async Task The_first_instance_serves_all_and_a_second_stands_by_until_the_first_gives_up()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await ServeAsync(world);
        await first.Connector.WaitForAsync(2);
        var second = await ServeAsync(world);
        await second.RenewedAsync(world);
        Assert.Empty(second.Connector.Queues);

        await first.StopAsync();
        Assert.Empty(first.Connector.Queues);
        await second.RenewedAsync(world);
        await second.Connector.WaitForAsync(2);
        Assert.Equal(["arbiter.p00", "arbiter.p01"], second.Connector.Queues.Order());
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
            world.Time,
            ArbiterWorld.Arbiter,
            Options.Create(new PartitionOptions { Count = 3 }));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => table.EnsureAsync(default));
        Assert.Contains("Partitions:Count is 3", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<Serving> ServeAsync(ArbiterWorld world, ArbiterOptions? options = null)
    {
        var instance = await world.JoinAsync();
        var connector = new Connector();
        var ownership = new Ownership(
            instance.Map, instance.Table, instance.Queue, connector, instance.Relay, world.Time,
            Options.Create(options ?? new ArbiterOptions()), NullLogger<Ownership>.Instance);
        await ownership.StartAsync(default);
        return new Serving(ownership, connector);
    }

    private sealed record Serving(Ownership Ownership, Connector Connector)
    {
        public Task StopAsync() => Ownership.StopAsync(default);

        /// <summary>Lets the time of one renewal pass, and returns when that renewal is through.</summary>
        public async Task RenewedAsync(ArbiterWorld world)
        {
            await RoundAsync(1);
            var rounds = Ownership.Rounds;
            world.Time.Advance(TimeSpan.FromSeconds(ArbiterWorld.Arbiter.Value.OwnershipRenewalSeconds));
            await RoundAsync(rounds + 1);
        }

        private async Task RoundAsync(int count)
        {
            while (Ownership.Rounds < count) await Task.Yield();
        }
    }

    private sealed class Connector : IResponderConnector
    {
        private readonly ConcurrentDictionary<string, bool> _queues = [];
        private readonly Channel<string> _connected = Channel.CreateUnbounded<string>();

        public ICollection<string> Queues => _queues.Keys;

        public async Task WaitForAsync(int count)
        {
            for (var n = 0; n < count; n++) await _connected.Reader.ReadAsync();
        }

        public Task<IAsyncDisposable> ConnectAsync<TRequest, TReply>(
            string queue, Func<TRequest, CancellationToken, Task<TReply>> respond, CancellationToken cancellationToken)
            where TRequest : class
            where TReply : class
        {
            Assert.True(_queues.TryAdd(queue, true), $"{queue} was connected twice.");
            _connected.Writer.TryWrite(queue);
            return Task.FromResult<IAsyncDisposable>(new Endpoint(() => _queues.TryRemove(queue, out _)));
        }

        private sealed class Endpoint(Action close) : IAsyncDisposable
        {
            public ValueTask DisposeAsync()
            {
                close();
                return ValueTask.CompletedTask;
            }
        }
    }
}

public sealed class OwnershipOnSqlite() : OwnershipSuite(StorageProvider.Sqlite);

public sealed class OwnershipOnPostgres() : OwnershipSuite(StorageProvider.Postgres);
