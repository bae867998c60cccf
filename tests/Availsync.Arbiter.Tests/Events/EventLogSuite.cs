using Availsync.Arbiter.Events;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Tests.Events;

/// <summary>The log of a workspace: positions without holes, in the order of commits, readable from anywhere.</summary>
public abstract class EventLogSuite(StorageProvider provider)
{
    private static readonly Guid OtherOrg = Guid.Parse("0196f000-0000-7000-8000-000000000002");

    [Fact]
    public async Task Each_workspace_counts_its_own_events_from_one_without_holes()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await AppendAsync(world, Event(world.OrgId, 1), Event(OtherOrg, 1), Event(world.OrgId, 2));
        var second = await AppendAsync(world, Event(world.OrgId, 3));

        Assert.Equal([(world.OrgId, 2L), (OtherOrg, 1L)], first.Select(h => (h.OrgId, h.Position)).Order());
        Assert.Equal([new EventHead(world.OrgId, 3)], second);
        var page = await ReadAsync(world, world.OrgId, 0);
        Assert.Equal((1L, 3L), (page.First, page.Last));
        Assert.Equal([1L, 2L, 3L], page.Events.Select(e => e.Sequence));
        Assert.Equal([OtherOrg], (await ReadAsync(world, OtherOrg, 0)).Events.Select(e => e.OrgId));
        Assert.Equal(
            [new EventHead(OtherOrg, 1), new EventHead(Guid.Empty, 0), new EventHead(world.OrgId, 3)],
            await HeadsAsync(world, OtherOrg, Guid.Empty, world.OrgId));
    }

    [Fact]
    public async Task An_event_comes_out_as_it_went_in()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:Owner/Repo")));
        var one = Assert.Single(await world.EventsAsync());
        await AppendAsync(world, one);

        var logged = Assert.Single((await ReadAsync(world, world.OrgId, 0)).Events);
        Assert.Equal(one, logged);
        Assert.Equal(granted.Claim, Assert.IsType<ClaimGranted>(logged.Fact).Claim);
    }

    [Fact]
    public async Task Reading_goes_on_from_any_position_and_sees_every_event_once()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        for (var n = 0; n < 7; n++)
            await AppendAsync(world, [.. Enumerable.Range(n * 60, 60).Select(s => Event(world.OrgId, s + 1))]);

        for (var after = 0L; after <= 420; after += 70)
        {
            var seen = await ReadAllAsync(world, after);
            Assert.Equal(Enumerable.Range((int)after + 1, 420 - (int)after).Select(s => (long)s), seen);
        }
    }

    [Fact]
    public async Task What_is_large_travels_in_several_pages_and_one_that_is_too_large_alone()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var huge = new string('x', EventReads.PageSizeMax * 2);
        var large = new string('y', EventLog.ChunkSizeMax / 2);
        await AppendAsync(
            world,
            [Event(world.OrgId, 1, huge), .. Enumerable.Range(2, 9).Select(s => Event(world.OrgId, s, large))]);

        Assert.Single((await ReadAsync(world, world.OrgId, 0)).Events);
        Assert.InRange((await ReadAsync(world, world.OrgId, 1)).Events.Count, 2, 5);
        Assert.Equal(Enumerable.Range(1, 10).Select(s => (long)s), await ReadAllAsync(world, 0));
    }

    [Fact]
    public async Task At_the_end_and_beyond_it_there_is_nothing_and_the_head_is_told()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        Assert.Equal((1L, 0), await ShapeAsync(world, 0));
        await AppendAsync(world, Event(world.OrgId, 1), Event(world.OrgId, 2));
        Assert.Equal((3L, 0), await ShapeAsync(world, 2));
        Assert.Equal((3L, 0), await ShapeAsync(world, 99));
    }

    [Fact]
    public async Task What_is_past_its_time_goes_and_a_reader_sees_by_the_positions_that_it_has()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await AppendAsync(world, Event(world.OrgId, 1), Event(world.OrgId, 2));
        world.Time.Advance(TimeSpan.FromHours(2));
        await AppendAsync(world, Event(world.OrgId, 3));
        world.Time.Advance(TimeSpan.FromHours(23));
        await PurgeAsync(world);
        Assert.Equal((3L, 1), await ShapeAsync(world, 0));

        world.Time.Advance(TimeSpan.FromHours(2));
        await PurgeAsync(world);
        Assert.Equal((4L, 0), await ShapeAsync(world, 0));
        await AppendAsync(world, Event(world.OrgId, 4));
        Assert.Equal((4L, 1), await ShapeAsync(world, 3));
    }

    [Fact]
    public async Task A_page_ends_before_a_hole()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        for (var sequence = 1; sequence <= 3; sequence++) await AppendAsync(world, Event(world.OrgId, sequence));
        await using (var context = await world.Contexts.CreateDbContextAsync())
            await context.EventChunks.Where(c => c.Last == 2).ExecuteDeleteAsync();

        Assert.Equal((1L, 1), await ShapeAsync(world, 0));
        Assert.Equal((3L, 1), await ShapeAsync(world, 1));
    }

    [Fact]
    public async Task A_position_is_never_seen_before_a_lower_one_however_many_append()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        const int Writers = 8, Rounds = 15;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < Rounds; round++)
                await AppendAsync(world, Event(OtherOrg, 1), Event(world.OrgId, writer * 100 + round));
        })));
        var seen = new List<long>();
        while (seen.Count < Writers * Rounds)
        {
            var page = await ReadAsync(world, world.OrgId, seen.Count);
            Assert.Equal(seen.Count + 1, page.First);
            seen.AddRange(page.Events.Select(e => e.Sequence));
            if (writing.IsFaulted) await writing;
        }

        await writing;
        Assert.Equal(Writers * Rounds, seen.Distinct().Count());
        Assert.All(seen.GroupBy(s => s / 100), one => Assert.Equal(one.Order(), one));
        Assert.Equal(Writers * Rounds, (await HeadsAsync(world, OtherOrg))[0].Position);
    }

    private static ClaimEvent Event(Guid org, long sequence, string? reason = null)
    {
        Assert.True(ResourceRef.TryParse("repo:a/b", out var resource, out _));
        var at = new DateTimeOffset(2026, 5, 22, 10, 30, 0, TimeSpan.Zero);
        var caller = new Caller(org, Guid.Empty, "agent", PersonId: null);
        var blocking = new BlockingClaim(default, Guid.Empty, "other", resource, 100, reason, at, OwnedByYou: false);
        return new ClaimEvent(
            Guid.CreateVersion7(at), org, resource.Root, sequence, at, "r", new RunSkipped(caller, resource, blocking));
    }

    private static async Task<IReadOnlyList<EventHead>> AppendAsync(ArbiterWorld world, params ClaimEvent[] events)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        await using var transaction = await context.BeginWriteAsync();
        var heads = await EventLog.AppendAsync(context, events, world.Time.GetUtcNow(), default);
        await transaction.CommitAsync();
        return heads;
    }

    private static async Task<EventPage> ReadAsync(ArbiterWorld world, Guid org, long after)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await new EventReads(context).HandleAsync(new ReadEvents(org, after), default);
    }

    private static async Task<(long First, int Count)> ShapeAsync(ArbiterWorld world, long after)
    {
        var page = await ReadAsync(world, world.OrgId, after);
        return (page.First, page.Events.Count);
    }

    private static async Task<List<long>> ReadAllAsync(ArbiterWorld world, long after)
    {
        var seen = new List<long>();
        for (var page = await ReadAsync(world, world.OrgId, after); page.Events.Count > 0;)
        {
            Assert.Equal(after + 1, page.First);
            seen.AddRange(page.Events.Select(e => e.Sequence));
            page = await ReadAsync(world, world.OrgId, after = page.Last);
        }

        return seen;
    }

    private static async Task<IReadOnlyList<EventHead>> HeadsAsync(ArbiterWorld world, params Guid[] orgs)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return (await new EventReads(context).HandleAsync(new ReadEventHeads(orgs), default)).Heads;
    }

    private static Task PurgeAsync(ArbiterWorld world) => new EventLogPurge(
        world.Contexts, Options.Create(new ArbiterOptions()), world.Time, NullLogger<EventLogPurge>.Instance)
        .RunOnceAsync(default);
}

public sealed class EventLogOnSqlite() : EventLogSuite(StorageProvider.Sqlite);

public sealed class EventLogOnPostgres() : EventLogSuite(StorageProvider.Postgres);
