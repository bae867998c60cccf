using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Arbiter.Tests.Leases;

/// <summary>What the lease saga promises, whichever engine it is on.</summary>
public abstract class LeaseCompliance(StorageProvider provider) : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private LeaseWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await LeaseWorld.OpenAsync(provider);

    public ValueTask DisposeAsync() => _world?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_lease_that_runs_out_wakes_its_partition_and_one_that_does_not_is_left_alone()
    {
        var (brief, @long) = (_world.Claim(5), _world.Claim(60));
        await _world.TellAsync(new ClaimGranted(brief, true), new ClaimGranted(@long, false));

        _world.Time.Advance(5 * Second);

        Assert.Equal(brief.Id, await _world.Partitions.NextAsync());
        Assert.True(_world.Partitions.IsQuiet);
    }

    [Fact]
    public async Task The_partition_is_woken_again_until_it_says_that_the_claim_has_ended()
    {
        var claim = _world.Claim(5);
        await _world.TellAsync(new ClaimGranted(claim, true));
        _world.Time.Advance(5 * Second);
        Assert.Equal(claim.Id, await _world.Partitions.NextAsync());

        _world.Time.Advance(Second);
        Assert.Equal(claim.Id, await _world.Partitions.NextAsync());
        await _world.TellAsync(new ClaimExpired(claim));

        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    [Fact]
    public async Task A_command_that_is_lost_is_repeated()
    {
        _world.Partitions.Lost = 2;
        var claim = _world.Claim(5);
        await _world.TellAsync(new ClaimGranted(claim, true));
        _world.Time.Advance(5 * Second);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(claim.Id, await _world.Partitions.NextAsync());
            _world.Time.Advance(Second);
        }
    }

    [Fact]
    public async Task An_extended_lease_is_left_alone_until_its_new_end()
    {
        var (extended, other) = (_world.Claim(5), _world.Claim(30));
        await _world.TellAsync(new ClaimGranted(extended, true), new ClaimGranted(other, false));
        await _world.TellAsync(new ClaimExtended(extended with { ExpiresAt = extended.StartedAt.AddSeconds(60) }));
        Assert.Equal((2, 2), await _world.RowsAsync());

        _world.Time.Advance(30 * Second);
        Assert.Equal(other.Id, await _world.Partitions.NextAsync());
        await _world.TellAsync(new ClaimExpired(other));
        _world.Time.Advance(30 * Second);

        Assert.Equal(extended.Id, await _world.Partitions.NextAsync());
    }

    [Fact]
    public async Task An_extension_that_is_delivered_again_does_not_shorten_a_later_one()
    {
        var (claim, other) = (_world.Claim(5), _world.Claim(40));
        var first = new ClaimExtended(claim with { ExpiresAt = claim.StartedAt.AddSeconds(30) });
        var second = new ClaimExtended(claim with { ExpiresAt = claim.StartedAt.AddSeconds(60) });
        await _world.TellAsync(new ClaimGranted(claim, true), new ClaimGranted(other, false), first, second);
        await _world.TellAsync(first);

        _world.Time.Advance(40 * Second);

        Assert.Equal(other.Id, await _world.Partitions.NextAsync());
        Assert.True(_world.Partitions.IsQuiet);
    }

    [Theory]
    [InlineData(nameof(ClaimReleased))]
    [InlineData(nameof(ClaimExpired))]
    [InlineData(nameof(ClaimRevoked))]
    [InlineData(nameof(ClaimPreempted))]
    public async Task However_a_claim_ends_nothing_of_its_lease_is_left(string ending)
    {
        var claim = _world.Claim(60);
        await _world.TellAsync(new ClaimGranted(claim, true));

        await _world.TellAsync(ending switch
        {
            nameof(ClaimReleased) => new ClaimReleased(claim),
            nameof(ClaimExpired) => new ClaimExpired(claim),
            nameof(ClaimRevoked) => new ClaimRevoked(claim, null),
            _ => new ClaimPreempted(claim, null!),
        });

        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    [Fact]
    public async Task A_claim_that_begins_and_ends_in_one_batch_leaves_nothing()
    {
        var claim = _world.Claim(60);

        await _world.TellAsync(new ClaimGranted(claim, true), new ClaimExtended(claim), new ClaimReleased(claim));

        Assert.Equal((0, 0), await _world.RowsAsync());
    }

    [Fact]
    public async Task Events_that_are_delivered_twice_change_nothing()
    {
        var (ended, running) = (_world.Claim(60), _world.Claim(60));
        ClaimFact[] batch = [new ClaimGranted(ended, true), new ClaimGranted(running, false), new ClaimReleased(ended)];

        await _world.TellAsync(batch);
        await _world.TellAsync(batch);

        Assert.Equal((1, 1), await _world.RowsAsync());
    }

    [Fact]
    public async Task A_lease_that_came_back_after_its_end_is_given_up_when_the_partition_says_so()
    {
        var claim = _world.Claim(5);
        await _world.TellAsync(new ClaimGranted(claim, true), new ClaimReleased(claim));
        await _world.TellAsync(new ClaimGranted(claim, true));
        _world.Time.Advance(5 * Second);

        for (var attempt = 1; attempt <= 20; attempt++)
        {
            Assert.Equal(claim.Id, await _world.Partitions.NextAsync());
            _world.Time.Advance(Second);
        }

        await Wait.UntilAsync(async () => await _world.RowsAsync() == (0, 0));
    }

    [Fact]
    public async Task A_lease_that_runs_out_while_no_instance_is_up_wakes_its_partition_at_the_next_start()
    {
        var claim = _world.Claim(5);
        await _world.TellAsync(new ClaimGranted(claim, true));

        await _world.RestartAsync(down: 60 * Second);

        Assert.Equal(claim.Id, await _world.Partitions.NextAsync());
    }

    [Fact]
    public async Task A_batch_of_thousands_is_taken()
    {
        var claims = Enumerable.Range(0, 2500).Select(_ => _world.Claim(60)).ToList();

        await _world.TellAsync([.. claims.Select(claim => new ClaimGranted(claim, false))]);
        Assert.Equal((2500, 2500), await _world.RowsAsync());

        await _world.TellAsync([.. claims.Select(claim => new ClaimReleased(claim))]);
        Assert.Equal((0, 0), await _world.RowsAsync());
    }
}

public sealed class SqliteLeaseTests() : LeaseCompliance(StorageProvider.Sqlite);

public sealed class PostgresLeaseTests() : LeaseCompliance(StorageProvider.Postgres);
