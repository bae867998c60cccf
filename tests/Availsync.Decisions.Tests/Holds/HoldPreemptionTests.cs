using Availsync.Contracts;
using static Availsync.Decisions.Tests.HoldWorld;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class HoldPreemptionTests
{
    private readonly HoldWorld world = new();

    [Fact]
    public void A_priority_above_all_that_is_in_the_way_displaces_it()
    {
        var (one, two) = (world.Placed(60, 90, ttl: 600), world.Placed(90, 120));

        var winner = world.Do<Outcome.HoldPlaced>(Preempting(80, 100, priority: 101)).Hold;

        var by = BlockingHold.Of(winner);
        Hold[] displaced =
        [
            one with { Status = HoldStatus.Preempted, PreemptedBy = by },
            two with { Status = HoldStatus.Preempted, PreemptedBy = by },
        ];
        Assert.Equal(
            [
                new HoldPreempted(displaced[0], by), new HoldPreempted(displaced[1], by),
                new HoldConfirmed(winner, WasHeld: false),
            ],
            world.Facts);
        Assert.Equal(
            new Outcome.HoldNotActive(one.Id, HoldStatus.Preempted, by), world.Do(new ConfirmHold(Codex, one.Id)));
        Assert.Equal(new Outcome.HoldAlreadyEnded(displaced[1]), world.Do(new ReleaseHold(Codex, two.Id)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200)]
    public void An_equal_one_does_not_and_neither_does_one_that_is_not_above_all(int priority)
    {
        var (one, two) = (world.Placed(60, 90, priority: 100), world.Placed(90, 120, priority: 200));
        var blocked = world.Do<Outcome.HoldBlocked>(Preempting(80, 100, priority));
        Assert.Equal([one, two], blocked.Conflicts);
        Assert.Equal([one, two], [world.Find(one), world.Find(two)]);
    }

    [Fact]
    public void An_observer_would_have_displaced_it_and_displaces_nobody()
    {
        var hold = world.Placed(60, 90);
        var observed = world.Do<Outcome.HoldObserved>(
            Preempting(60, 90, priority: 101) with { Mode = ArbitrationMode.Observe });
        Assert.Empty(observed.Conflicts);
        Assert.Equal(hold, world.Find(hold));
    }

    [Fact]
    public void A_preview_displaces_nobody()
    {
        var hold = world.Placed(60, 90);
        Assert.IsType<Outcome.HoldPlaced>(world.Do<Outcome.HoldPreviewed>(
            Preempting(60, 90, priority: 101) with { IsPreview = true }).Answer);
        Assert.Equal(hold, world.Find(hold));
    }

    private static PlaceHold Preempting(double from, double to, int priority) =>
        Place(from, to, Claude, priority: priority) with { Arbitration = ArbitrationRule.PreemptLower };
}
