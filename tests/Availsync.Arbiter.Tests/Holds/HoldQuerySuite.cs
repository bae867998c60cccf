using Availsync.Arbiter.Holds;
using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Arbiter.Tests.Holds;

/// <summary>Reads of holds see what was answered, and nothing of another workspace or another agent.</summary>
public abstract class HoldQuerySuite(StorageProvider provider)
{
    [Fact]
    public async Task Holds_come_newest_first_in_pages_and_filtered()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var start = world.Time.GetUtcNow();
        var held = await NextAsync(world.Place(60, 90, ttl: 60));
        var brief = await NextAsync(world.Place(90, 100, ttl: 30));
        var johns = await NextAsync(world.Place(60, 90, on: "calendar:john", agent: 2));
        var gone = await NextAsync(world.Place(120, 130));
        await arbiter.DecideAsync(new ReleaseHold(world.Agent(), gone.Id));
        world.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([gone.Id, johns.Id, brief.Id, held.Id], await ListAsync(All()));
        Assert.Equal([johns.Id, brief.Id], await ListAsync(All() with { Limit = 2, Offset = 1 }));
        Assert.Equal([johns.Id], await ListAsync(All() with { AgentId = world.Agent(2).AgentId }));
        Assert.Equal([johns.Id], await ListAsync(All() with { Resource = HoldAsking.Resource("calendar:john") }));
        Assert.Equal([held.Id], await ListAsync(All() with { Status = HoldStatus.Held }));
        Assert.Equal([brief.Id], await ListAsync(All() with { Status = HoldStatus.Lapsed }));
        Assert.Equal([gone.Id], await ListAsync(All() with { Status = HoldStatus.Released }));
        Assert.Equal([johns.Id], await ListAsync(All() with { Status = HoldStatus.Confirmed }));
        Assert.Equal([gone.Id], await ListAsync(All() with { From = start.AddMinutes(110) }));
        Assert.Equal([johns.Id, held.Id], await ListAsync(All() with { To = brief.Window.StartsAt }));
        Assert.Equal([brief.Id], await ListAsync(
            All() with { From = johns.Window.EndsAt, To = gone.Window.StartsAt }));
        Assert.Empty(await ListAsync(All() with { OrgId = Guid.Empty }));

        ListHolds All() => new(world.OrgId, null, null, null, null, null, 100, 0);

        async Task<Hold> NextAsync(PlaceHold place)
        {
            var hold = await arbiter.PlacedAsync(place);
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            return hold;
        }

        async Task<IEnumerable<HoldId>> ListAsync(ListHolds request)
        {
            await using var context = await world.Contexts.CreateDbContextAsync();
            return (await new HoldQueries(context, world.Time).HandleAsync(request, default)).Holds.Select(h => h.Id);
        }
    }

    [Fact]
    public async Task A_hold_is_found_by_its_id_by_whom_it_may_be_seen_and_has_lapsed_from_its_expiry_on()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var hold = await (await world.TakeOverAsync()).PlacedAsync(world.Place(60, 90, ttl: 30));

        Assert.Equal(hold, await FindAsync(new GetHold(world.OrgId, AgentId: null, hold.Id)));
        Assert.Equal(hold, await FindAsync(new GetHold(world.OrgId, world.Agent().AgentId, hold.Id)));
        Assert.Null(await FindAsync(new GetHold(world.OrgId, world.Agent(2).AgentId, hold.Id)));
        Assert.Null(await FindAsync(new GetHold(Guid.Empty, AgentId: null, hold.Id)));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(
            hold with { Status = HoldStatus.Lapsed }, await FindAsync(new GetHold(world.OrgId, null, hold.Id)));

        async Task<Hold?> FindAsync(GetHold request)
        {
            await using var context = await world.Contexts.CreateDbContextAsync();
            return (await new HoldQueries(context, world.Time).HandleAsync(request, default)).Hold;
        }
    }
}

public sealed class HoldQueriesOnSqlite() : HoldQuerySuite(StorageProvider.Sqlite);

public sealed class HoldQueriesOnPostgres() : HoldQuerySuite(StorageProvider.Postgres);
