using Availsync.Arbiter.Queries;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Arbiter.Tests.Plans;

/// <summary>Limits of plans are exact, whoever decides and whatever has happened before.</summary>
public abstract class PlanSuite(StorageProvider provider)
{
    [Fact]
    public async Task A_hundred_at_once_on_a_limit_of_five_make_five_claims_with_two_instances()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var instances = await ShareAsync(world);
        var plan = Plan(claims: 5);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(n =>
        {
            var start = world.Start($"repo:crowd/{n}") with { Plan = plan };
            return Task.Run(() => Of(instances, start).DecideAsync(start));
        }));

        Assert.Equal(5, outcomes.OfType<Outcome.Granted>().Count());
        var refused = outcomes.OfType<Outcome.PlanLimitReached>().ToList();
        Assert.Equal(95, refused.Count);
        Assert.All(refused, r => Assert.Equal(new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 5, 5, plan), r));
        Assert.Equal(new UsageFound(5, 5), await UsageAsync(world));
    }

    [Fact]
    public async Task Protected_resources_are_exact_with_two_instances_and_a_refused_start_protects_nothing()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var instances = await ShareAsync(world);
        var plan = Plan(resources: 3);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
        {
            var start = world.Start($"repo:crowd/{n}") with { Plan = plan };
            return Task.Run(() => Of(instances, start).DecideAsync(start));
        }));

        Assert.Equal(3, outcomes.OfType<Outcome.Granted>().Count());
        Assert.Equal(37, outcomes.OfType<Outcome.PlanLimitReached>().Count());
        Assert.Equal(new UsageFound(3, 3), await UsageAsync(world));
    }

    [Fact]
    public async Task A_claim_that_ends_makes_room_within_the_same_batch()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var plan = Plan(claims: 1);
        var claim = Assert.IsType<Outcome.Granted>(
            await arbiter.DecideAsync(world.Start("repo:a/b") with { Plan = plan })).Claim;

        var replies = await arbiter.AskAllAsync(
            (world.Start("repo:a/c") with { Plan = plan }, null, "too early"),
            (new FinishRun(world.Agent(), claim.Id, null, null), null, "finish"),
            (world.Start("repo:a/d") with { Plan = plan }, null, "room"),
            (world.Start("repo:a/e") with { Plan = plan }, null, "none left"));

        Assert.Collection(
            replies.Select(r => Assert.IsType<Reply.Answered>(r).Outcome),
            o => Assert.IsType<Outcome.PlanLimitReached>(o),
            o => Assert.IsType<Outcome.Ended>(o),
            o => Assert.IsType<Outcome.Granted>(o),
            o => Assert.IsType<Outcome.PlanLimitReached>(o));
    }

    [Fact]
    public async Task A_lease_that_has_run_out_on_another_root_makes_room_though_nobody_has_written_it_down()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var plan = Plan(claims: 1);
        await arbiter.DecideAsync(world.Start("repo:a/b", seconds: 5) with { Plan = plan });
        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, (await UsageAsync(world)).ActiveClaims);
        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/c") with { Plan = plan }));
        Assert.Equal(2, (await world.ClaimsAsync()).Count(c => c.Status == "active"));
    }

    [Fact]
    public async Task What_was_granted_without_a_bound_counts_once_there_is_one()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        for (var n = 0; n < 3; n++) await arbiter.DecideAsync(world.Start($"repo:a/{n}"));

        var refused = Assert.IsType<Outcome.PlanLimitReached>(
            await arbiter.DecideAsync(world.Start("repo:a/new") with { Plan = Plan(claims: 2) }));

        Assert.Equal((3L, 2L), (refused.Used, refused.Max));
    }

    [Fact]
    public async Task An_instance_whose_clock_is_behind_revives_no_lease_that_was_counted_as_over()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var behind = new FakeTimeProvider(world.Time.GetUtcNow().AddSeconds(-30));
        var instances = await ShareAsync(world, behind);
        var plan = Plan(claims: 1);
        var lease = Assert.IsType<Outcome.Granted>(
            await instances[1].DecideAsync(On(world, partition: 1, seconds: 60) with { Plan = plan })).Claim;
        world.Time.Advance(TimeSpan.FromSeconds(31));
        behind.Advance(TimeSpan.FromSeconds(31));
        Assert.True(behind.GetUtcNow() < lease.ExpiresAt, "By its own clock the lease still runs.");
        Assert.IsType<Outcome.Granted>(await instances[0].DecideAsync(On(world, partition: 0) with { Plan = plan }));

        Assert.True(LeaseDuration.TryFromSeconds(600, out var longer));
        var extended = await instances[1].DecideAsync(new ExtendClaim(world.Agent(), lease.Id, longer, WorkingSet: null));

        Assert.Equal(ClaimStatus.Expired, Assert.IsType<Outcome.ClaimNotActive>(extended).Status);
        Assert.Equal(1, (await UsageAsync(world)).ActiveClaims);
    }

    [Fact]
    public async Task A_claim_never_begins_before_the_end_of_the_one_that_made_room_whatever_the_clocks_say()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var ahead = new FakeTimeProvider(world.Time.GetUtcNow().AddSeconds(30));
        var instances = await ShareAsync(world, ahead);
        var plan = Plan(claims: 1);
        var first = Assert.IsType<Outcome.Granted>(
            await instances[1].DecideAsync(On(world, partition: 1) with { Plan = plan })).Claim;
        var ended = Assert.IsType<Outcome.Ended>(
            await instances[1].DecideAsync(new FinishRun(world.Agent(), first.Id, null, null))).Claim;

        var next = Assert.IsType<Outcome.Granted>(
            await instances[0].DecideAsync(On(world, partition: 0) with { Plan = plan })).Claim;

        Assert.Equal(ahead.GetUtcNow(), ended.EndedAt);
        Assert.Equal(ended.EndedAt, next.StartedAt);
    }

    [Fact]
    public async Task A_workspace_without_a_bound_waits_for_nobody()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var claim = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b"))).Claim;
        Assert.True(LeaseDuration.TryFromSeconds(600, out var longer));
        await arbiter.DecideAsync(new ExtendClaim(world.Agent(), claim.Id, longer, WorkingSet: null));
        await arbiter.DecideAsync(new FinishRun(world.Agent(), claim.Id, null, null));
        Assert.Empty(await LockedAsync(world));

        var neighbour = world.Agent() with { OrgId = Guid.Parse("0196f000-0000-7000-8000-000000000002") };
        await arbiter.DecideAsync(world.Start("repo:a/b") with { Caller = neighbour, Plan = Plan(claims: 1) });
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        Assert.Equal([neighbour.OrgId], await LockedAsync(world));
    }

    [Fact]
    public async Task A_start_whose_deadline_passes_while_its_batch_waits_for_locks_grants_nothing()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        // Each look at the clock finds it three seconds later: the deadline is still ahead at the first, not at the next.
        var slow = new FakeTimeProvider(world.Time.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromSeconds(3) };
        var arbiter = await world.TakeOverAsync(slow);

        var reply = await arbiter.AskAsync(world.Start("repo:a/b") with { Plan = Plan(claims: 1) });

        Assert.IsType<Reply.Undecided>(reply);
        Assert.Empty(await world.ClaimsAsync());
    }

    [Fact]
    public async Task A_rehearsal_leaves_no_trace_in_counts_lists_and_resources()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var rehearsal = world.Start("project:rehearsal") with { Plan = Plan(claims: 0, resources: 0), IsRehearsal = true };

        var claim = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(rehearsal)).Claim;
        var restarted = await world.TakeOverAsync();

        Assert.True(claim.IsRehearsal);
        Assert.Equal(new UsageFound(0, 0), await UsageAsync(world));
        await using var context = await world.Contexts.CreateDbContextAsync();
        Assert.Equal(0, (await new ClaimQueries(context, world.Time).HandleAsync(
            new ListClaims(world.OrgId, null, null, null, 100, 0), default)).Total);
        Assert.IsType<Outcome.Skipped>(await restarted.DecideAsync(rehearsal));
        var ended = Assert.IsType<Outcome.Ended>(
            await restarted.DecideAsync(new FinishRun(world.Agent(), claim.Id, null, null)));
        Assert.True(ended.Claim.IsRehearsal);
    }

    [Fact]
    public async Task A_refusal_is_kept_under_its_key()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var start = world.Start("repo:a/b") with { Plan = Plan(claims: 0) };
        await arbiter.DecideAsync(start, world.Key("k", "body"));

        var again = Assert.IsType<Reply.Answered>(
            await arbiter.AskAsync(start with { Plan = Plan(claims: 9) }, world.Key("k", "body")));

        Assert.True(again.Replayed);
        Assert.IsType<Outcome.PlanLimitReached>(again.Outcome);
    }

    [Fact]
    public async Task Events_name_the_person_and_the_call_and_neither_where_time_did()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var jane = Guid.Parse("0196f000-0000-7000-8000-0000000000aa");
        var start = world.Start("repo:a/b", seconds: 5);
        await arbiter.DecideAsync(start with { Caller = start.Caller with { PersonId = jane } });
        world.Time.Advance(TimeSpan.FromSeconds(6));
        await arbiter.DecideAsync(start with { Caller = start.Caller with { PersonId = jane } });
        await arbiter.DecideAsync(world.Start("repo:a/c"));

        Assert.Equal(["r", null, "r", "r"], (await world.EventsAsync()).ConvertAll(e => e.RequestId));
        var people = (await world.EventsAsync()).ConvertAll(e => (e.Fact.GetType(), e.PersonId));

        Assert.Equal(
            [
                (typeof(ClaimGranted), jane), (typeof(ClaimExpired), null), (typeof(ClaimGranted), jane),
                (typeof(ClaimGranted), (Guid?)null),
            ],
            people);
    }

    /// <summary>Two instances, each the owner of one of the two partitions.</summary>
    private static async Task<ArbiterWorld.Instance[]> ShareAsync(ArbiterWorld world, TimeProvider? timeOfSecond = null)
    {
        ArbiterWorld.Instance[] instances = [await world.JoinAsync(), await world.JoinAsync(timeOfSecond)];
        foreach (var row in await world.RowsAsync())
        {
            var owner = instances[row.Id];
            owner.Map.Add((await owner.Table.TakeAsync(row, default))!);
        }

        return instances;
    }

    private static ArbiterWorld.Instance Of(ArbiterWorld.Instance[] instances, Command command) =>
        instances[command.Slot.Partition(instances.Length)];

    /// <summary>A start whose root is decided in the given partition.</summary>
    private static StartRun On(ArbiterWorld world, int partition, int seconds = 60) => Enumerable.Range(0, 1000)
        .Select(n => world.Start($"repo:some/{n}", seconds: seconds))
        .First(start => start.Slot.Partition(ArbiterWorld.Partitions.Value.Count) == partition);

    private static async Task<List<Guid>> LockedAsync(ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await context.Quotas.Select(q => q.OrgId).ToListAsync();
    }

    private static async Task<UsageFound> UsageAsync(ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await new UsageQueries(context, world.Time).HandleAsync(new GetUsage(world.OrgId), default);
    }

    private static Plan Plan(long? claims = null, long? resources = null) =>
        new("small", new PlanLimits(null, resources, claims, null));
}

public sealed class PlansOnSqlite() : PlanSuite(StorageProvider.Sqlite);

public sealed class PlansOnPostgres() : PlanSuite(StorageProvider.Postgres);
