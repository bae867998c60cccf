using Availsync.Contracts;
using static Availsync.Decisions.Tests.HoldWorld;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class HoldPlanTests
{
    private readonly HoldWorld world = new();

    [Fact]
    public void A_hold_counts_as_an_active_claim_while_it_blocks()
    {
        world.Placed(60, 90, ttl: 60);
        var next = Place(90, 100) with { Plan = Plan(1) };

        Assert.Equal(
            new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 1, 1, Plan(1)), world.Do(next));
        Assert.Empty(world.Facts);
        world.Pass(1);
        world.Do<Outcome.HoldPlaced>(next);
        world.Pass(99);
        Assert.Equal(0, world.Room.ActiveClaims);
    }

    [Fact]
    public void A_conflict_is_told_before_a_limit_and_a_preview_tells_both()
    {
        world.Placed(60, 90);
        world.Do<Outcome.HoldBlocked>(Place(60, 90) with { Plan = Plan(0) });
        Assert.IsType<Outcome.PlanLimitReached>(world.Do<Outcome.HoldPreviewed>(
            Place(90, 120) with { Plan = Plan(0), IsPreview = true }).Answer);
    }

    [Fact]
    public void Whoever_displaces_makes_the_room_that_it_takes()
    {
        world.Placed(60, 90);
        world.Do<Outcome.HoldPlaced>(
            Place(60, 90, priority: 101) with { Plan = Plan(1), Arbitration = ArbitrationRule.PreemptLower });
        Assert.Equal(1, world.Room.ActiveClaims);
    }

    [Fact]
    public void Neither_observers_nor_plans_that_bound_something_else_need_a_count()
    {
        Assert.False(PlanRoom.IsNeededFor(Place(60, 90) with { Plan = Plan(0), Mode = ArbitrationMode.Observe }));
        Assert.False(PlanRoom.IsNeededFor(Place(60, 90) with { Plan = new Plan("p", new PlanLimits(1, 1, null, 1)) }));
        Assert.True(PlanRoom.IsNeededFor(Place(60, 90) with { Plan = Plan(0) }));
        world.Do<Outcome.HoldPlaced>(Place(60, 90) with { Plan = new Plan("p", new PlanLimits(1, 0, null, 1)) });
    }

    private static Plan Plan(long claims) => new("small", new PlanLimits(null, 0, claims, null));
}
