using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Arbiter.Tests.Leases;

/// <summary>What the lease saga promises of holds that wait to be confirmed.</summary>
public abstract class HoldLeaseCompliance(StorageProvider provider) : IAsyncLifetime
{
    private LeaseWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await LeaseWorld.OpenAsync(provider);

    public ValueTask DisposeAsync() => _world?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_hold_that_nobody_confirms_wakes_its_partition_until_it_has_lapsed()
    {
        var hold = Hold(seconds: 30);
        await _world.TellAsync(new HoldHeld(hold));
        _world.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(_world.Partitions.IsQuiet);

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(new LapseHold(hold.Id, hold.OrgId), await _world.Partitions.NextCommandAsync());
        }

        await _world.TellAsync(new HoldLapsed(hold));
        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    [Fact]
    public async Task One_that_is_still_held_at_the_next_start_wakes_its_partition_then()
    {
        var hold = Hold(seconds: 30);
        await _world.TellAsync(new HoldHeld(hold));
        await _world.RestartAsync(down: TimeSpan.FromMinutes(1));
        Assert.Equal(new LapseHold(hold.Id, hold.OrgId), await _world.Partitions.NextCommandAsync());
    }

    [Theory]
    [InlineData(nameof(HoldConfirmed))]
    [InlineData(nameof(HoldReleased))]
    [InlineData(nameof(HoldRevoked))]
    [InlineData(nameof(HoldPreempted))]
    public async Task However_it_is_settled_nothing_of_its_timer_is_left(string settling)
    {
        var hold = Hold(seconds: 30);
        await _world.TellAsync(new HoldHeld(hold));
        Assert.Equal((1, 1), await _world.RowsAsync());
        await _world.TellAsync(settling switch
        {
            nameof(HoldConfirmed) => new HoldConfirmed(hold, WasHeld: true),
            nameof(HoldReleased) => new HoldReleased(hold),
            nameof(HoldRevoked) => new HoldRevoked(hold, null),
            _ => new HoldPreempted(hold, BlockingHold.Of(hold)),
        });
        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    [Fact]
    public async Task One_that_was_confirmed_when_it_was_placed_needs_no_timer()
    {
        await _world.TellAsync(new HoldConfirmed(Hold(seconds: null), WasHeld: false));
        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    private Hold Hold(double? seconds)
    {
        var (claim, now) = (_world.Claim(60), _world.Time.GetUtcNow());
        Assert.True(HoldResource.TryParse("calendar:jane", out var resource, out _));
        Assert.True(HoldWindow.TryCreate(now.AddHours(1), now.AddHours(2), out var window, out _));
        return new Hold(
            new HoldId(claim.Id.Value), claim.OrgId, claim.AgentId, claim.AgentName, resource,
            seconds is null ? HoldStatus.Confirmed : HoldStatus.Held, 100, Reason: null, window,
            seconds is { } ttl ? now.AddSeconds(ttl) : null, new FencingToken(1), now, "{}");
    }
}

public sealed class SqliteHoldLeaseTests() : HoldLeaseCompliance(StorageProvider.Sqlite);

public sealed class PostgresHoldLeaseTests() : HoldLeaseCompliance(StorageProvider.Postgres);
