using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class PlanRoomTests
{
    private readonly World world = new();

    [Fact]
    public void A_free_resource_is_refused_where_the_plan_allows_no_more_claims_and_nothing_changes()
    {
        var plan = Plan(claims: 1);
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = plan });

        var refused = world.Do<Outcome.PlanLimitReached>(Start(Claude, "repo:a/b") with { Plan = plan });

        Assert.Equal(new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 1, 1, plan), refused);
        Assert.Empty(world.Facts);
        Assert.Empty(world.Root("repo:a/b").Resources);
    }

    [Fact]
    public void An_obstacle_is_told_before_a_limit()
    {
        var plan = Plan(claims: 1, resources: 1);
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = plan });
        world.Do<Outcome.Skipped>(Start(Claude, "repo:a/a") with { Plan = plan });
    }

    [Fact]
    public void Active_claims_are_told_before_protected_resources()
    {
        var plan = Plan(claims: 1, resources: 1);
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = plan });
        var refused = world.Do<Outcome.PlanLimitReached>(Start(Claude, "repo:a/b") with { Plan = plan });
        Assert.Equal(PlanLimit.ActiveClaims, refused.Limit);
    }

    [Fact]
    public void A_claim_that_ends_makes_room_for_a_resource_that_is_protected_already()
    {
        var plan = Plan(claims: 2, resources: 1);
        var first = world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = plan }).Claim;
        world.Do<Outcome.Ended>(Finish(Codex, first));

        var refused = world.Do<Outcome.PlanLimitReached>(Start(Claude, "repo:a/b") with { Plan = plan });
        Assert.Equal(new Outcome.PlanLimitReached(PlanLimit.ProtectedResources, 1, 1, plan), refused);
        world.Do<Outcome.Granted>(Start(Claude, "repo:A/A") with { Plan = plan });
    }

    [Fact]
    public void A_lease_that_has_run_out_makes_room_though_nobody_has_written_it_down()
    {
        var plan = Plan(claims: 1);
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a", seconds: 5) with { Plan = plan });
        world.Pass(5);
        world.Do<Outcome.Granted>(Start(Claude, "repo:a/b") with { Plan = plan });
    }

    [Fact]
    public void A_lowered_plan_ends_nothing_and_refuses_what_is_new()
    {
        var claim = world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = Plan(claims: 5) }).Claim;
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/b") with { Plan = Plan(claims: 5) });

        var refused = world.Do<Outcome.PlanLimitReached>(Start(Codex, "repo:a/c") with { Plan = Plan(claims: 1) });

        Assert.Equal((2L, 1L), (refused.Used, refused.Max));
        world.Do<Outcome.Extended>(Extend(Codex, claim, 900));
    }

    [Fact]
    public void A_raised_plan_counts_from_the_next_start()
    {
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = Plan(claims: 1) });
        world.Do<Outcome.PlanLimitReached>(Start(Codex, "repo:a/b") with { Plan = Plan(claims: 1) });
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/b") with { Plan = Plan(claims: 2) });
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/c") with { Plan = Plan() });
    }

    [Fact]
    public void Observers_and_checks_know_no_limit()
    {
        world.Do<Outcome.Observed>(
            Start(Codex, "repo:a/a", mode: ArbitrationMode.Observe) with { Plan = Plan(claims: 0) });
        Assert.Null(world.Do<Outcome.Checked>(
            new CheckRun(Codex, Resource("repo:a/a"), 100, ArbitrationMode.Enforce)).BlockingClaim);
    }

    [Fact]
    public void A_rehearsal_needs_no_room_takes_none_and_protects_nothing()
    {
        var plan = Plan(claims: 1, resources: 1);
        world.Do<Outcome.Granted>(Start(Codex, "repo:a/a") with { Plan = plan });

        var rehearsal = Start(Codex, "project:rehearsal") with { Plan = plan, IsRehearsal = true };
        var claim = world.Do<Outcome.Granted>(rehearsal).Claim;

        Assert.True(claim.IsRehearsal);
        Assert.False(Assert.IsType<ClaimGranted>(Assert.Single(world.Facts)).ProtectsResource);
        Assert.Equal(new PlanRoom(1, 1), world.Room);
        world.Do<Outcome.Skipped>(rehearsal);
        world.Do<Outcome.Ended>(Finish(Codex, claim));
    }

    [Fact]
    public void To_decide_on_a_bounded_plan_without_its_count_is_no_answer_but_a_fault()
    {
        var start = Start(Codex, "repo:a/a") with { Plan = Plan(claims: 1) };
        var context = new DecisionContext(Morning, new ClaimId(Id(1)));
        Assert.True(PlanRoom.IsNeededFor(start));
        Assert.Throws<BrokenInvariantException>(
            () => Arbitration.Decide(RootState.Unclaimed(Org, "owner/repo"), start, context));
    }

    internal static Plan Plan(long? claims = null, long? resources = null) =>
        new("small", new PlanLimits(null, resources, claims, null));
}
