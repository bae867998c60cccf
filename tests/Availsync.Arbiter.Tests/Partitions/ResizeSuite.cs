using System.Text.Json;
using Availsync.Arbiter.Partitions;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Tests.Partitions;

/// <summary>After a change of the number of partitions everything goes on where it was.</summary>
public abstract class ResizeSuite(StorageProvider provider)
{
    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(1024)]
    public async Task Claims_waiters_tokens_sequences_and_events_go_on(int to)
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var before = await world.TakeOverAsync();
        var claims = new List<Claim>();
        for (var n = 0; n < 12; n++)
        {
            await before.DecideAsync(world.Start($"repo:a/{n}", seconds: 5));
            world.Time.Advance(TimeSpan.FromSeconds(6));
            claims.Add(Granted(await before.DecideAsync(world.Start($"repo:a/{n}", agent: 2, seconds: 3600))));
        }

        var events = await world.EventsAsync();
        var clock = (await world.RowsAsync()).Max(row => row.ClockAt);
        Assert.Equal(2, await ResizeAsync(world, to));

        var rows = await world.RowsAsync();
        Assert.Equal(Enumerable.Range(0, to), rows.Select(row => row.Id));
        Assert.All(rows, row => Assert.Equal((null, 2L, clock), (row.Owner, row.Epoch, row.ClockAt)));
        await EventsAreTheirsAsync(world, events, to);

        var after = await world.TakeOverAsync(partitions: Count(to));
        for (var n = 0; n < 12; n++)
        {
            var blocked = await after.DecideAsync(world.Start($"repo:a/{n}", agent: 3));
            Assert.IsNotType<Outcome.Granted>(blocked);
            await after.DecideAsync(new FinishRun(world.Agent(2), claims[n].Id, null, null));
            var next = Granted(await after.DecideAsync(world.Start($"repo:a/{n}", agent: 3)));
            Assert.True(next.FencingToken.Value > claims[n].FencingToken.Value);
        }

        foreach (var root in (await world.EventsAsync()).GroupBy(e => e.Root))
            Assert.Equal(Enumerable.Range(1, root.Count()).Select(n => (long)n), root.Select(e => e.Sequence));
    }

    [Fact]
    public async Task Whoever_waits_is_served_by_the_new_partition()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var before = await world.TakeOverAsync();
        var held = Granted(await before.DecideAsync(world.Start("repo:a/b", seconds: 3600)));
        var waiting = world.Start("repo:a/b", agent: 2) with
        {
            Wait = new WaitRequest(55, Ticket: null, new Guid(1, 0, 0x7000, [0x90, 0, 0, 0, 0, 0, 0, 0]), "call", Repeat: null),
        };
        Assert.IsType<Outcome.Waiting>(await before.DecideAsync(waiting));

        await ResizeAsync(world, 7);
        var after = await world.TakeOverAsync(partitions: Count(7));
        await after.DecideAsync(new ServeQueue(world.OrgId, "repo:a/b", AfterTakeover: true));
        await after.DecideAsync(new FinishRun(world.Agent(), held.Id, null, null));
        Assert.Equal("agent-2", Assert.Single(await world.ClaimsAsync(), c => c.Status == "active").AgentName);
    }

    [Fact]
    public async Task It_is_refused_while_an_arbiter_lives_or_a_lease_runs_and_changes_nothing()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var rows = await world.RowsAsync();
        var owned = await Assert.ThrowsAsync<StartFailureException>(() => ResizeAsync(world, 4, advance: false));
        Assert.Contains("still owned", owned.Message, StringComparison.Ordinal);

        var instances = new InstanceTable(world.Contexts, arbiter.Map, arbiter.Clock, ArbiterWorld.Arbiter);
        await arbiter.Table.GiveUpAllAsync(default);
        await instances.BeatAsync(default);
        var alive = await Assert.ThrowsAsync<StartFailureException>(() => ResizeAsync(world, 4, advance: false));
        Assert.Contains("while an arbiter runs", alive.Message, StringComparison.Ordinal);
        Assert.Equal(rows.Count, (await world.RowsAsync()).Count);

        await instances.LeaveAsync(default);
        Assert.Equal(2, await ResizeAsync(world, 4, advance: false));
    }

    [Fact]
    public async Task An_owner_of_before_that_wakes_up_late_commits_nothing()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var late = await world.TakeOverAsync();
        await late.DecideAsync(world.Start("repo:a/b"));
        await ResizeAsync(world, 4);
        Assert.IsType<Reply.Undecided>(await late.AskAsync(world.Start("repo:a/c")));
    }

    private static IOptions<PartitionOptions> Count(int count) =>
        Options.Create(new PartitionOptions { Count = count });

    private static Claim Granted(Outcome outcome) => Assert.IsType<Outcome.Granted>(outcome).Claim;

    private static async Task<int> ResizeAsync(ArbiterWorld world, int to, bool advance = true)
    {
        var clock = (await world.JoinAsync()).Clock;
        if (advance) world.Time.Advance(TimeSpan.FromSeconds(ArbiterWorld.Arbiter.Value.OwnershipLeaseSeconds + 1));
        return await new PartitionResize(world.Contexts, clock).RunAsync(to);
    }

    /// <summary>Each event is there once, with the partition that its root is of, and those of a root in their order.</summary>
    private static async Task EventsAreTheirsAsync(ArbiterWorld world, List<ClaimEvent> before, int to)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        var rows = await context.EventBatches.AsNoTracking().OrderBy(b => b.Id).ToListAsync();
        var after = new List<ClaimEvent>();
        foreach (var row in rows)
        {
            var events = JsonSerializer.Deserialize<List<ClaimEvent>>(row.Events)!;
            Assert.All(events, e => Assert.Equal(row.PartitionId, Slot.Of(e.OrgId, e.Root).Partition(to)));
            after.AddRange(events);
        }

        Assert.Equal(before.Select(e => e.EventId).Order(), after.Select(e => e.EventId).Order());
        foreach (var root in after.GroupBy(e => e.Root))
            Assert.Equal(root.Select(e => e.Sequence).Order(), root.Select(e => e.Sequence));
    }
}

public sealed class ResizeOnSqlite() : ResizeSuite(StorageProvider.Sqlite);

public sealed class ResizeOnPostgres() : ResizeSuite(StorageProvider.Postgres);
