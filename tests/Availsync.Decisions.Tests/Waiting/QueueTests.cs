using System.Collections.Immutable;
using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class QueueTests
{
    private const string Repo = "repo:owner/repo";
    private const string Docs = "project:owner/repo#docs";
    private const string Code = "project:owner/repo#code";

    private static readonly Caller Gemini = new(Org, Id(13), "gemini", PersonId: null);

    private readonly World world = new();

    public static TheoryData<string> Ends => ["finish", "release", "revocation by a person", "of the agent", "expiry"];

    [Theory, MemberData(nameof(Ends))]
    public void Whatever_ends_the_claim_serves_who_waits_in_the_same_step(string end)
    {
        var held = world.Granted(Codex, Repo, seconds: 30);
        var ticket = Wait(Claude, attendance: 1);

        if (end == "expiry") world.Pass(30);
        world.Do(end switch
        {
            "finish" => Finish(Codex, held),
            "release" => Release(Codex, held),
            "revocation by a person" => Release(Jane, held),
            "of the agent" => new RevokeClaim(held.Id, Org),
            _ => new ExpireClaim(held.Id, Org),
        });

        var granted = Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim;
        Assert.Equal((Claude.AgentId, ticket), (granted.AgentId, granted.Id.Value));
        Assert.Equal(world.Now, granted.StartedAt);
        Assert.True(granted.FencingToken > held.FencingToken);
        Assert.Equal(granted, Fetch(Claude, 1, ticket));
        Assert.Empty(Queue);
    }

    [Fact]
    public void Who_asks_while_waiting_keeps_the_place_and_changes_nothing()
    {
        world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);
        var before = world.Root(Repo);
        world.Pass(10);

        Assert.Equal(ticket, world.Do<Outcome.Waiting>(World.Waiting(Claude, Repo, 1, wait: 45, ticket: ticket)).Ticket);

        Assert.Equal(before, world.Root(Repo));
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void A_place_is_decided_by_what_its_call_has_last_asked_for()
    {
        var held = world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);
        var again = World.Waiting(Claude, Repo, 1, wait: 45, ticket: ticket) with { PreemptsLower = true, Priority = 101 };

        world.Do<Outcome.Granted>(again);

        Assert.Equal(ClaimStatus.Preempted, world.Find(held).Status);
    }

    [Fact]
    public void When_the_time_is_over_the_run_is_skipped_and_the_ticket_tells_the_place()
    {
        var held = world.Granted(Codex, Repo);
        Wait(Gemini, attendance: 1);
        var ticket = Wait(Claude, attendance: 2);
        world.Pass(55);

        var skipped = world.Do<Outcome.Skipped>(World.Waiting(Claude, Repo, 2, wait: 0, ticket: ticket));

        Assert.Equal(held.Id, skipped.BlockingClaim.Id);
        Assert.Equal(new QueuePlace(ticket, 2, 2, world.Now.AddSeconds(30)), skipped.Queue);
        Assert.IsType<RunSkipped>(Assert.Single(world.Facts));
    }

    [Fact]
    public void The_absent_one_keeps_its_order_but_holds_up_nobody()
    {
        var held = world.Granted(Codex, Repo);
        var first = Wait(Claude, attendance: 1);
        world.Pass(1);
        var second = Wait(Gemini, attendance: 2);
        world.Do<Outcome.Skipped>(World.Waiting(Claude, Repo, 1, wait: 0, ticket: first));

        world.Do(Finish(Codex, held));
        Assert.Equal(second, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
        var granted = Fetch(Gemini, 2, second);
        var third = Wait(Codex, attendance: 3);
        Assert.Equal(first, Wait(Claude, attendance: 4, ticket: first));
        world.Do(Finish(Gemini, granted));

        Assert.Equal(first, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
        Assert.NotEqual(first, third);
    }

    [Fact]
    public void After_thirty_seconds_the_place_is_gone()
    {
        world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1, wait: 1);
        world.Do<Outcome.Skipped>(World.Waiting(Claude, Repo, 1, wait: 0, ticket: ticket));
        world.Pass(29.999);
        Assert.Equal(ticket, Wait(Claude, attendance: 2, wait: 1, ticket: ticket));
        world.Do<Outcome.Skipped>(World.Waiting(Claude, Repo, 2, wait: 0, ticket: ticket));
        world.Pass(30);

        Assert.NotEqual(ticket, Wait(Claude, attendance: 3, ticket: ticket));
    }

    [Fact]
    public void A_ticket_is_good_for_its_agent_and_resource_alone()
    {
        world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);

        Assert.NotEqual(ticket, Wait(Gemini, attendance: 2, ticket: ticket));
        Assert.NotEqual(
            ticket, world.Do<Outcome.Waiting>(World.Waiting(Claude, Docs, 3, ticket: ticket)).Ticket);
        Assert.Equal(3, Queue.Count);
    }

    [Fact]
    public void Priority_is_a_head_start_in_seconds()
    {
        var held = world.Granted(Codex, Repo);
        var low = Wait(Claude, attendance: 1, priority: 0);
        world.Pass(9);
        var early = Wait(Gemini, attendance: 2, priority: 10);
        world.Pass(2);
        var late = Wait(Codex, attendance: 3, priority: 10);

        Assert.Equal([early, low, late], Queue.Select(w => w.Ticket));
        world.Do(Finish(Codex, held));
        Assert.Equal(early, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
    }

    [Fact]
    public void Who_waits_for_the_whole_is_not_overtaken_by_a_start_on_another_part()
    {
        var docs = world.Granted(Codex, Docs);
        Wait(Claude, attendance: 1);

        var skipped = world.Do<Outcome.Skipped>(Start(Gemini, Code));
        Assert.Equal(docs.Id, skipped.BlockingClaim.Id);
        Assert.Null(skipped.Queue);
        Assert.Equal(docs.Id, world.Do<Outcome.Checked>(Check(Gemini, Code, 100)).BlockingClaim?.Id);
        Assert.Equal(docs.Id, world.Do<Outcome.Observed>(
            Start(Gemini, Code, mode: ArbitrationMode.Observe)).WouldBeBlockedBy?.Id);
        Assert.Null(world.Do<Outcome.Checked>(Check(Gemini, Code, 101)).BlockingClaim);
        world.Do<Outcome.Granted>(Start(Gemini, Code, priority: 101));
    }

    [Fact]
    public void A_lease_that_has_run_out_goes_to_who_waits_and_not_to_the_newcomer_that_finds_it()
    {
        world.Granted(Codex, Repo, seconds: 30);
        var ticket = Wait(Claude, attendance: 1);
        world.Pass(30);

        var skipped = world.Do<Outcome.Skipped>(Start(Gemini, Repo));

        Assert.Equal(ticket, skipped.BlockingClaim.Id.Value);
        Assert.Equal(
            [typeof(ClaimExpired), typeof(ClaimGranted), typeof(RunSkipped)], world.Facts.Select(f => f.GetType()));
    }

    [Fact]
    public void After_the_grace_of_an_expiry_a_wake_up_serves_who_waits()
    {
        var held = world.Granted(Codex, Repo, seconds: 30);
        var start = World.Waiting(Claude, Repo, 1) with { ExpiryGraceSeconds = 10 };
        world.Do<Outcome.Waiting>(start);
        Assert.Equal(held.ExpiresAt, world.Root(Repo).NextTurn(world.Now));
        world.Pass(30);
        world.Do<Outcome.QueueServed>(Serve());
        Assert.IsType<ClaimExpired>(Assert.Single(world.Facts));
        Assert.Equal(held.ExpiresAt.AddSeconds(10), world.Root(Repo).NextTurn(world.Now));
        world.Pass(10);

        world.Do<Outcome.QueueServed>(Serve());

        Assert.Equal(Claude.AgentId, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.AgentId);
    }

    [Fact]
    public void Where_only_a_place_is_left_that_is_over_its_root_is_to_be_looked_at_now()
    {
        world.Granted(Codex, Repo, seconds: 3600);
        Wait(Claude, attendance: 1);
        world.Pass(3600); // Long past its time, and the lease is over too.

        Assert.Equal(world.Now, world.Root(Repo).NextTurn(world.Now));
        world.Do<Outcome.QueueServed>(Serve());
        Assert.Null(world.Root(Repo).NextTurn(world.Now));
    }

    [Fact]
    public void A_grant_that_nobody_fetches_is_released_and_goes_to_the_next()
    {
        var held = world.Granted(Codex, Repo);
        var first = Wait(Claude, attendance: 1);
        var second = Wait(Gemini, attendance: 2);
        world.Do(Finish(Codex, held));
        world.Pass(4.999);
        world.Do(Serve());
        Assert.Empty(world.Facts);
        world.Pass(0.001);

        world.Do(Serve());

        Assert.Equal(first, Assert.Single(world.Facts.OfType<ClaimReleased>()).Claim.Id.Value);
        Assert.Equal(second, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
    }

    [Fact]
    public void An_answer_that_could_not_be_fetched_while_nobody_served_the_root_is_kept()
    {
        var held = world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);
        world.Do(Finish(Codex, held));
        world.Pass(9);

        world.Do(new ServeQueue(Org, Repo, AfterTakeover: true));

        Assert.Empty(world.Facts);
        Assert.Equal(ticket, Fetch(Claude, 1, ticket).Id.Value);
    }

    [Fact]
    public void Who_leaves_has_no_place_and_no_claim_any_more()
    {
        var held = world.Granted(Codex, Repo);
        Wait(Claude, attendance: 1);
        Wait(Gemini, attendance: 2);
        Wait(Gemini, attendance: 3);
        Leave(Gemini, attendance: 2);
        Assert.Equal(2, Queue.Count);
        world.Do(Finish(Codex, held));

        Leave(Claude, attendance: 1);

        Assert.Equal(
            [typeof(ClaimReleased), typeof(ClaimGranted)], world.Facts.Select(f => f.GetType()));
        Assert.Equal(Gemini.AgentId, Assert.Single(world.Root(Repo).Holding(world.Now)).AgentId);
    }

    [Fact]
    public void Who_has_come_back_by_another_call_is_not_left_by_the_first()
    {
        world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);
        Wait(Claude, attendance: 2, ticket: ticket);

        Leave(Claude, attendance: 1);
        Leave(Gemini, attendance: 2);

        Assert.Equal(ticket, Assert.Single(Queue).Ticket);
    }

    [Fact]
    public void Two_calls_with_one_idempotency_key_share_a_place()
    {
        Assert.True(IdempotencyKey.TryParse("k", out var key));
        var stamp = new IdempotencyStamp(Org, Claude.AgentId, "POST /v1/work/run/start", key, "body");
        world.Granted(Codex, Repo);
        StartRun Under(IdempotencyStamp repeat, int attendance)
        {
            var start = World.Waiting(Claude, Repo, attendance);
            return start with { Wait = start.Wait! with { Repeat = repeat } };
        }

        var ticket = world.Do<Outcome.Waiting>(Under(stamp, 1)).Ticket;

        Assert.Equal(ticket, world.Do<Outcome.Waiting>(Under(stamp, 2)).Ticket);
        Assert.NotEqual(ticket, world.Do<Outcome.Waiting>(Under(stamp with { BodyHash = "other" }, 3)).Ticket);
        Assert.False(Repeats.IsKept(new Outcome.Waiting(ticket)));
    }

    [Fact]
    public void The_plan_is_looked_at_when_the_turn_comes()
    {
        var plan = new Plan("small", PlanLimits.None with { ActiveClaims = 2 });
        var held = world.Granted(Codex, Repo);
        world.Granted(Codex, "repo:owner/other");
        world.Granted(Codex, "repo:owner/third");
        var first = world.Do<Outcome.Waiting>(World.Waiting(Claude, Repo, 1) with { Plan = plan }).Ticket;
        var second = world.Do<Outcome.Waiting>(World.Waiting(Gemini, Repo, 2)).Ticket;

        world.Do(Finish(Codex, held));

        Assert.Equal(second, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
        Assert.Equal(2, world.Do<Outcome.PlanLimitReached>(World.Waiting(Claude, Repo, 1, ticket: first)).Used);
    }

    [Fact]
    public void An_agent_that_was_disabled_is_not_granted_what_it_waited_for()
    {
        var held = world.Granted(Codex, Repo);
        var first = Wait(Claude, attendance: 1);
        var second = Wait(Gemini, attendance: 2);
        world.Ended.Add(Claude.AgentId);

        world.Do(Finish(Codex, held));

        Assert.Equal(second, Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim.Id.Value);
        world.Do<Outcome.Forbidden>(World.Waiting(Claude, Repo, 1, ticket: first));
    }

    [Fact]
    public void A_grant_that_was_revoked_before_it_was_fetched_is_not_told_as_one()
    {
        var held = world.Granted(Codex, Repo);
        var ticket = Wait(Claude, attendance: 1);
        world.Do(Finish(Codex, held));
        world.Do<Outcome.Ended>(Release(Jane, world.Root(Repo).Claims[new ClaimId(ticket)]));

        var ended = world.Do<Outcome.ClaimNotActive>(World.Waiting(Claude, Repo, 1, ticket: ticket));

        Assert.Equal(ClaimStatus.Revoked, ended.Status);
    }

    [Fact]
    public void A_queue_of_a_thousand_is_full()
    {
        world.Granted(Codex, Repo);
        for (var n = 1; n <= 1000; n++) Wait(Claude, attendance: n);

        Assert.Null(world.Do<Outcome.Skipped>(World.Waiting(Claude, Repo, 1001)).Queue);
        Assert.Equal(1000, Queue.Count);
    }

    private ImmutableList<Waiter> Queue => world.Root(Repo).Queue;

    private Guid Wait(
        Caller caller, int attendance, int wait = 55, int priority = 100, Guid? ticket = null) =>
        world.Do<Outcome.Waiting>(World.Waiting(caller, Repo, attendance, wait, priority, ticket)).Ticket;

    private Claim Fetch(Caller caller, int attendance, Guid ticket) =>
        world.Do<Outcome.Granted>(World.Waiting(caller, Repo, attendance, wait: 1, ticket: ticket)).Claim;

    private void Leave(Caller caller, int attendance) =>
        world.Do<Outcome.QueueLeft>(new LeaveQueue(caller, Resource(Repo), Id(attendance)));

    private static CheckRun Check(Caller caller, string resource, int priority) =>
        new(caller, Resource(resource), priority, ArbitrationMode.Enforce);

    private static ServeQueue Serve() => new(Org, Repo, AfterTakeover: false);
}
