using Availsync.Arbiter.Agents;
using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Queries;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Tests.Holds;

/// <summary>What the decision loop promises of holds on whichever store it commits to.</summary>
public abstract class HoldSuite(StorageProvider provider)
{
    [Fact]
    public async Task A_free_window_is_stored_and_the_next_is_told_who_has_it()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();

        var hold = await arbiter.PlacedAsync(world.Place(60, 90, ttl: 600));
        var blocked = Assert.IsType<Outcome.HoldBlocked>(await arbiter.DecideAsync(world.Place(80, 100, agent: 2)));

        Assert.Equal([hold], blocked.Conflicts);
        Assert.Equivalent(HoldRow.Of(hold), Assert.Single(await world.HoldsAsync()));
        Assert.Equal(
            [("hold:calendar:jane", 1, typeof(HoldHeld)), ("hold:calendar:jane", 2, typeof(HoldBlocked))],
            (await world.EventsAsync()).Select(e => (e.Root, e.Sequence, e.Fact.GetType())));
    }

    [Fact]
    public async Task The_next_owner_knows_what_is_held_and_finds_it_by_its_id()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await world.TakeOverAsync();
        var hold = await first.PlacedAsync(world.Place(60, 90, ttl: 600));

        var second = await world.TakeOverAsync();
        Assert.IsType<Reply.Undecided>(await first.AskAsync(world.Place(0, 10)));
        Assert.IsType<Outcome.HoldBlocked>(await second.DecideAsync(world.Place(60, 90, agent: 2)));
        var third = await world.TakeOverAsync();
        var confirmed = Assert.IsType<Outcome.HoldConfirmed>(
            await third.DecideAsync(new ConfirmHold(world.Agent(), hold.Id))).Hold;

        Assert.Equal(hold with { Status = HoldStatus.Confirmed, ExpiresAt = null }, confirmed);
        var touching = await third.PlacedAsync(world.Place(90, 100, agent: 2));
        Assert.True(touching.FencingToken > hold.FencingToken);
        Assert.Equal(["confirmed", "confirmed"], (await world.HoldsAsync()).Select(h => h.Status));
    }

    [Fact]
    public async Task Fifty_at_once_for_each_of_many_windows_make_one_hold_each_with_two_instances()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var instances = await world.ShareAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(n =>
        {
            var window = n % 8;
            var place = world.Place(60 + window, 61 + window, on: $"calendar:{window / 2}", agent: 1 + (n / 8));
            return Task.Run(() => instances.Of(place).DecideAsync(place));
        }));

        Assert.Equal(8, outcomes.OfType<Outcome.HoldPlaced>().Count());
        Assert.Equal(392, outcomes.OfType<Outcome.HoldBlocked>().Count());
        var stored = await world.HoldsAsync();
        Assert.Equal(8, stored.Select(h => (h.Resource, h.StartsAt)).Distinct().Count());
        Assert.Equal(8, stored.Count);
    }

    [Fact]
    public async Task A_hold_that_lapsed_or_was_given_up_or_displaced_makes_room_in_the_same_batch()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.PlacedAsync(world.Place(60, 90, ttl: 30));
        var given = await arbiter.PlacedAsync(world.Place(90, 120));
        var low = await arbiter.PlacedAsync(world.Place(120, 150, priority: 1));
        var (afterLapse, afterGiven) = (world.Place(60, 90, agent: 2), world.Place(90, 120, agent: 2));
        var higher = world.Place(120, 150, agent: 2, priority: 2) with { Arbitration = ArbitrationRule.PreemptLower };
        world.Time.Advance(TimeSpan.FromSeconds(30));

        var replies = await arbiter.AskAllAsync(
            (afterLapse, null, "1"), (new ReleaseHold(world.Agent(), given.Id), null, "2"), (afterGiven, null, "3"),
            (higher, null, "4"), (new ConfirmHold(world.Agent(), low.Id), null, "5"));

        Assert.Collection(
            replies.Select(r => Assert.IsType<Reply.Answered>(r).Outcome),
            o => Assert.IsType<Outcome.HoldPlaced>(o),
            o => Assert.IsType<Outcome.HoldEnded>(o),
            o => Assert.IsType<Outcome.HoldPlaced>(o),
            o => Assert.IsType<Outcome.HoldPlaced>(o),
            o => Assert.Equal(world.Agent(2).AgentId, Assert.IsType<Outcome.HoldNotActive>(o).PreemptedBy!.AgentId));
        var stored = await world.HoldsAsync();
        Assert.Equal(
            ["lapsed", "released", "preempted", "confirmed", "confirmed", "confirmed"], stored.Select(h => h.Status));
        var ended = Assert.IsType<Outcome.HoldNotActive>(
            await (await world.TakeOverAsync()).DecideAsync(new ConfirmHold(world.Agent(), low.Id)));
        Assert.Equal((HoldStatus.Preempted, world.Agent(2).AgentId), (ended.Status, ended.PreemptedBy!.AgentId));
    }

    [Fact]
    public async Task The_store_refuses_an_overlap_on_its_own_account()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var hold = await arbiter.PlacedAsync(world.Place(60, 90));
        Task<int> InsertAsync(double from, double to, string on = "calendar:jane", string status = "confirmed") =>
            world.InsertAsync(hold, world.Place(from, to, on), status);

        await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync(89, 100));
        await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync(70, 71, status: "held"));
        await InsertAsync(90, 100);
        await InsertAsync(30, 60);
        await InsertAsync(60, 90, on: "calendar:john");
        await InsertAsync(60, 90, status: "released");
        await using var context = await world.Contexts.CreateDbContextAsync();
        var revive = context.Holds.Where(h => h.Status == "released")
            .ExecuteUpdateAsync(h => h.SetProperty(x => x.Status, "confirmed"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => revive);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_first_answer_though_its_window_has_begun_by_now()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var (place, key) = (world.Place(0, 30, ttl: 60), world.Key("k", "body"));
        var hold = Assert.IsType<Outcome.HoldPlaced>(await arbiter.DecideAsync(place, key)).Hold;
        world.Time.Advance(TimeSpan.FromSeconds(30));

        var soon = Assert.IsType<Reply.Answered>(await arbiter.AskAsync(place, key));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        var later = Assert.IsType<Reply.Answered>(await (await world.TakeOverAsync()).AskAsync(place, key));

        Assert.Equal((true, HoldStatus.Held), (soon.Replayed, soon.HoldStatus));
        Assert.Equal((true, HoldStatus.Lapsed), (later.Replayed, later.HoldStatus));
        Assert.Equal(hold, Assert.IsType<Outcome.HoldPlaced>(later.Outcome).Hold);
        Assert.IsType<Outcome.Invalid>(await (await world.TakeOverAsync()).DecideAsync(place));
        Assert.Single(await world.HoldsAsync());
    }

    [Fact]
    public async Task Holds_and_claims_share_one_exact_limit_with_two_instances()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var instances = await world.ShareAsync();
        var plan = new Plan("small", new PlanLimits(null, null, 5, null));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(n =>
        {
            Command command = n % 2 == 0
                ? world.Start($"repo:crowd/{n}") with { Plan = plan }
                : world.Place(60, 90, on: $"calendar:{n}") with { Plan = plan };
            return Task.Run(() => instances.Of(command).DecideAsync(command));
        }));

        Assert.Equal(5, outcomes.Count(o => o is Outcome.Granted or Outcome.HoldPlaced));
        Assert.Equal(95, outcomes.OfType<Outcome.PlanLimitReached>().Count());
        Assert.Equal(5, await UsedAsync(world));
    }

    [Fact]
    public async Task A_hold_counts_until_it_lapses_or_its_window_is_over_though_nobody_writes_it_down()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.PlacedAsync(world.Place(60, 90, ttl: 30));
        await arbiter.PlacedAsync(world.Place(0, 1, on: "calendar:john"));
        Assert.Equal(2, await UsedAsync(world));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await UsedAsync(world));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await UsedAsync(world));
        await arbiter.PlacedAsync(
            world.Place(60, 90, on: "calendar:x") with { Plan = new Plan("p", new PlanLimits(null, null, 1, null)) });
    }

    [Fact]
    public async Task A_late_wake_up_still_writes_down_that_a_forgotten_hold_has_lapsed()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var hold = await (await world.TakeOverAsync()).PlacedAsync(world.Place(1, 2, ttl: 60));
        world.Time.Advance(TimeSpan.FromHours(1));

        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Place(60, 90));
        Assert.Equal(
            new Outcome.NothingDue(null), await arbiter.DecideAsync(new LapseHold(hold.Id, world.OrgId)));

        Assert.Equal(["lapsed", "confirmed"], (await world.HoldsAsync()).Select(h => h.Status));
        var lapsed = (await world.EventsAsync()).Single(e => e.Fact is HoldLapsed);
        Assert.Equal((null, null), (lapsed.RequestId, lapsed.PersonId));
    }

    [Fact]
    public async Task A_window_that_is_over_is_found_by_its_id_and_stays_as_it_was()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var hold = await arbiter.PlacedAsync(world.Place(0, 1));
        world.Time.Advance(TimeSpan.FromHours(1));
        await arbiter.PlacedAsync(world.Place(0, 1)); // Memory forgets the first.
        Assert.Equal(
            new Outcome.HoldAlreadyEnded(hold), await arbiter.DecideAsync(new ReleaseHold(world.Agent(), hold.Id)));
        Assert.IsType<Outcome.NotFound>(await arbiter.DecideAsync(
            new FinishRun(world.Agent(), new ClaimId(hold.Id.Value), RunOutcome: null, Summary: null)));
        Assert.Equal(2, (await world.HoldsAsync()).Count(h => h.Status == "confirmed"));
    }

    [Fact]
    public async Task An_agent_that_is_disabled_or_deleted_loses_its_holds_and_gets_no_more()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.PlacedAsync(world.Place(60, 90, ttl: 60));
        await arbiter.PlacedAsync(world.Place(90, 120));
        await arbiter.PlacedAsync(world.Place(120, 150, agent: 2));

        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            await new AgentMessages(context, new Direct(arbiter), world.Time).HandleAsync(
                new AgentEnded(world.OrgId, world.Agent().AgentId, world.Time.GetUtcNow()), default);
        }

        Assert.Equal(["revoked", "revoked", "confirmed"], (await world.HoldsAsync()).Select(h => h.Status));
        Assert.IsType<Outcome.Forbidden>(await arbiter.DecideAsync(world.Place(60, 90)));
        await arbiter.PlacedAsync(world.Place(60, 90, agent: 2));
    }

    private static async Task<long> UsedAsync(ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        var queries = new UsageQueries(context, world.Time);
        return (await queries.HandleAsync(new GetUsage(world.OrgId), default)).ActiveClaims;
    }

    private sealed class Direct(ArbiterWorld.Instance arbiter) : IPartitionCommands
    {
        public Task SendAsync(Command command, CancellationToken cancellationToken) => arbiter.AskAsync(command);

        public Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken) =>
            arbiter.DecideAsync(command);
    }
}

public sealed class HoldsOnSqlite() : HoldSuite(StorageProvider.Sqlite);

public sealed class HoldsOnPostgres() : HoldSuite(StorageProvider.Postgres);
