using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Tests.Waiting;

/// <summary>A queue is what is committed: whoever owns the partition serves it, in its order, and nobody is left behind.</summary>
public abstract class WaitingSuite(StorageProvider provider)
{
    private const string Repo = "repo:a/b";

    [Fact]
    public async Task Who_waits_is_granted_with_the_end_of_the_claim_and_the_door_is_told()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        var waiting = Waiting(world, agent: 2, call: 1);
        var ticket = Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(waiting)).Ticket;

        await arbiter.AskAsync(new FinishRun(world.Agent(), held.Id, null, null), requestId: "finish");

        Assert.Equal(Call(1), await arbiter.Told.NextAsync());
        var claim = await GrantedAsync(arbiter, With(waiting, ticket));
        Assert.Equal((ticket, world.Agent(2).AgentId), (claim.Id.Value, claim.AgentId));
        Assert.Equal(
            [("ClaimGranted", "r"), ("ClaimReleased", "finish"), ("ClaimGranted", "call-1")],
            (await world.EventsAsync()).Select(e => (e.Fact.GetType().Name, e.RequestId)));
        Assert.Equal(0, await WaitersAsync(world));
    }

    [Fact]
    public async Task Two_hundred_who_wait_survive_their_owners_and_are_granted_in_order()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo, seconds: 3600));
        var calls = Enumerable.Range(1, 200)
            .Select(n => Waiting(world, agent: 2, call: n) with { Priority = n * 37 % 11 }).ToList();
        var tickets = new Dictionary<Guid, StartRun>();
        foreach (var call in calls)
            tickets.Add(Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(call)).Ticket, call);

        var order = new List<StartRun>();
        foreach (var _ in calls)
        {
            if (order.Count % 50 == 0) arbiter = await world.TakeOverAsync();
            await arbiter.DecideAsync(new FinishRun(held.AgentId == world.Agent().AgentId
                ? world.Agent() : world.Agent(2), held.Id, null, null));
            var active = Assert.Single(await world.ClaimsAsync(), c => c.Status == "active");
            var call = tickets[active.Id];
            order.Add(call);
            held = await GrantedAsync(arbiter, With(call, active.Id));
        }

        Assert.Equal(calls.OrderByDescending(c => c.Priority).Select(c => c.Wait!.Attendance),
            order.Select(c => c.Wait!.Attendance));
        Assert.Equal(0, await WaitersAsync(world));
        Assert.Equal(201, (await world.ClaimsAsync()).Count);
    }

    [Fact]
    public async Task A_grant_that_nobody_fetches_goes_on_to_the_next_by_itself()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        await arbiter.DecideAsync(Waiting(world, agent: 2, call: 1));
        await arbiter.DecideAsync(Waiting(world, agent: 3, call: 2));
        await arbiter.DecideAsync(new FinishRun(world.Agent(), held.Id, null, null));
        Assert.Equal(Call(1), await arbiter.Told.NextAsync());

        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Call(2), await arbiter.Told.NextAsync());
        var released = Assert.Single(await world.EventsAsync(), e => e.Fact is ClaimReleased && e.RequestId is null);
        Assert.Equal(world.Agent(2).AgentId, ((ClaimReleased)released.Fact).Claim.AgentId);
    }

    [Fact]
    public async Task The_end_of_a_lease_and_of_its_grace_serve_who_waits_though_nobody_asks()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start(Repo, seconds: 5));
        await arbiter.DecideAsync(world.Start("repo:a/c", seconds: 5));
        await arbiter.DecideAsync(Waiting(world, agent: 2, call: 1));
        await arbiter.DecideAsync(Waiting(world, agent: 2, call: 2, "repo:a/c") with { ExpiryGraceSeconds = 10 });

        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Call(1), await arbiter.Told.NextAsync());
        world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Call(2), await arbiter.Told.NextAsync());
    }

    [Fact]
    public async Task A_place_that_is_committed_without_anybody_hearing_of_it_is_served_all_the_same()
    {
        var line = new CutAfterCommit();
        await using var world = await ArbiterWorld.OpenAsync(provider, line);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start(Repo, seconds: 5));

        line.IsCut = true;
        Assert.IsType<Reply.Unknown>(await arbiter.AskAsync(Waiting(world, agent: 2, call: 1)));
        line.IsCut = false;
        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Call(1), await arbiter.Told.NextAsync());
    }

    [Fact]
    public async Task A_new_owner_keeps_what_could_not_be_fetched_and_serves_what_the_clock_has_freed()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        var first = Waiting(world, agent: 2, call: 1);
        var ticket = Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(first)).Ticket;
        await arbiter.DecideAsync(new FinishRun(world.Agent(), held.Id, null, null));
        await arbiter.Queues.StopAsync(default);
        world.Time.Advance(TimeSpan.FromSeconds(9));

        var next = await world.TakeOverAsync();
        var roots = await next.Table.WaitedForAsync(world.Start(Repo).Slot.Partition(2), default);
        Assert.Equal([(world.OrgId, Repo)], roots);
        await next.DecideAsync(new ServeQueue(world.OrgId, Repo, AfterTakeover: true));

        Assert.Equal(ticket, (await GrantedAsync(next, With(first, ticket))).Id.Value);
    }

    [Fact]
    public async Task A_place_is_no_answer_and_what_comes_of_it_is_kept_under_the_key()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        var key = world.Key("k", "body", agent: 2);
        var waiting = Waiting(world, agent: 2, call: 1);
        waiting = waiting with { Wait = waiting.Wait! with { Repeat = key } };
        var ticket = Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(waiting, key)).Ticket;
        var twin = waiting with { Wait = waiting.Wait! with { Attendance = Call(2) } };
        Assert.Equal(ticket, Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(twin, key)).Ticket);
        await arbiter.DecideAsync(new FinishRun(world.Agent(), held.Id, null, null));

        var first = Assert.IsType<Reply.Answered>(await arbiter.AskAsync(With(twin, ticket), key, "fetch"));
        var second = Assert.IsType<Reply.Answered>(await arbiter.AskAsync(With(waiting, ticket), key, "again"));

        Assert.Equal((false, true), (first.Replayed, second.Replayed));
        Assert.Equal(first.Outcome, second.Outcome);
        Assert.Equal("fetch", second.RequestId);
        Assert.Single(await world.ClaimsAsync(), c => c.Status == "active");
    }

    [Fact]
    public async Task The_plan_is_counted_when_the_turn_comes()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var plan = new Plan("small", new PlanLimits(null, null, 1, null));
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        await arbiter.DecideAsync(world.Start("repo:a/c"));
        var waiting = Waiting(world, agent: 2, call: 1) with { Plan = plan };
        var ticket = Assert.IsType<Outcome.Waiting>(await arbiter.DecideAsync(waiting)).Ticket;

        await arbiter.DecideAsync(new FinishRun(world.Agent(), held.Id, null, null));

        Assert.Equal(Call(1), await arbiter.Told.NextAsync());
        var refused = Assert.IsType<Outcome.PlanLimitReached>(await arbiter.DecideAsync(With(waiting, ticket)));
        Assert.Equal((1L, 1L), (refused.Used, refused.Max));
    }

    [Fact]
    public async Task A_displaced_claim_remembers_by_whom()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var held = await GrantedAsync(arbiter, world.Start(Repo));
        var winner = await GrantedAsync(
            arbiter, world.Start(Repo, agent: 2) with { Priority = 101, PreemptsLower = true });

        var next = await world.TakeOverAsync();
        Assert.True(LeaseDuration.TryFromSeconds(600, out var longer));
        var refused = Assert.IsType<Outcome.ClaimNotActive>(
            await next.DecideAsync(new ExtendClaim(world.Agent(), held.Id, longer, WorkingSet: null)));

        Assert.Equal(ClaimStatus.Preempted, refused.Status);
        Assert.Equal(BlockingClaim.Of(winner, world.Agent().AgentId), refused.PreemptedBy);
    }

    private static StartRun Waiting(ArbiterWorld world, int agent, int call, string resource = Repo) =>
        world.Start(resource, agent, seconds: 3600) with
        {
            Wait = new WaitRequest(55, Ticket: null, Call(call), $"call-{call}", Repeat: null),
        };

    private static StartRun With(StartRun start, Guid ticket) =>
        start with { Wait = start.Wait! with { Ticket = ticket } };

    private static Guid Call(int number) => new(number, 0, 0x7000, [0x90, 0, 0, 0, 0, 0, 0, 0]);

    private static async Task<Claim> GrantedAsync(ArbiterWorld.Instance arbiter, StartRun start) =>
        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(start)).Claim;

    private static async Task<int> WaitersAsync(ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await context.Waiters.CountAsync();
    }
}

public sealed class WaitingOnSqlite() : WaitingSuite(StorageProvider.Sqlite);

public sealed class WaitingOnPostgres() : WaitingSuite(StorageProvider.Postgres);
