using Availsync.Contracts;
using static Availsync.Decisions.Tests.HoldWorld;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class PlacingTests
{
    private const double Day = 24 * 60;

    private readonly HoldWorld world = new();

    [Fact]
    public void A_free_window_is_confirmed_at_once_where_nothing_has_to_be_waited_for()
    {
        var hold = world.Placed(60, 90, priority: 7);

        Assert.Equal(
            new Hold(
                hold.Id, Org, Codex.AgentId, "nightly-codex", HoldWorld.Resource(HoldWorld.Jane), HoldStatus.Confirmed,
                Priority: 7, "review", Window(60, 90), ExpiresAt: null, new FencingToken(1), Morning, "{}"),
            hold);
        Assert.Equal([new HoldConfirmed(hold, WasHeld: false)], world.Facts);
    }

    [Fact]
    public void With_a_time_to_live_it_is_held_and_never_for_longer_than_its_window()
    {
        var (brief, late) = (world.Placed(60, 90, ttl: 600), world.Placed(0, 5, ttl: 600));

        Assert.Equal((HoldStatus.Held, Morning.AddMinutes(10)), (brief.Status, brief.ExpiresAt));
        Assert.Equal(Morning.AddMinutes(5), late.ExpiresAt);
        Assert.Equal([new HoldHeld(late)], world.Facts);
        Assert.True(late.FencingToken > brief.FencingToken);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(90, 120)]
    public void Windows_that_touch_do_not_conflict(double from, double to)
    {
        world.Placed(60, 90);
        world.Placed(from, to, Claude);
    }

    [Theory]
    [InlineData(60, 90)]
    [InlineData(30, 61)]
    [InlineData(89, 120)]
    [InlineData(70, 80)]
    [InlineData(0, 600)]
    public void Windows_with_a_moment_in_common_do(double from, double to)
    {
        var hold = world.Placed(60, 90);

        var blocked = world.Do<Outcome.HoldBlocked>(Place(from, to, Claude));

        Assert.Equal([hold], blocked.Conflicts);
        Assert.Equal(
            [new HoldBlocked(Claude, hold.Resource, Window(from, to), BlockingHold.Of(hold))], world.Facts);
    }

    [Fact]
    public void An_agent_is_in_its_own_way_and_no_priority_changes_that()
    {
        world.Placed(60, 90, priority: 0);
        world.Do<Outcome.HoldBlocked>(Place(60, 90, priority: 1000));
    }

    [Fact]
    public void Other_resources_and_claims_of_the_same_name_are_out_of_the_way()
    {
        world.Placed(60, 90, on: "repo:owner/repo");
        world.Placed(60, 90, on: "Calendar:Jane");
        world.Placed(60, 90);
        Assert.NotEqual(World.Resource("repo:owner/repo").Root, HoldWorld.Resource("repo:owner/repo").Root);
    }

    [Fact]
    public void The_first_twenty_conflicts_are_shown_by_their_start()
    {
        for (var n = 29; n >= 0; n--) world.Placed(n, n + 1);

        var blocked = world.Do<Outcome.HoldBlocked>(Place(0, 30));

        Assert.Equal(Enumerable.Range(0, 20).Select(n => Window(n, n + 1)), blocked.Conflicts.Select(h => h.Window));
        Assert.Equal([Window(30, 60), Window(60, 90), Window(90, 120)], blocked.Alternatives);
    }

    [Theory]
    [InlineData(-0.1, 10, "starts_at")]
    [InlineData(-60, -30, "starts_at")]
    [InlineData(-0.05, 0, "ends_at")]
    [InlineData((365 * Day) + 0.1, (366 * Day), "starts_at")]
    public void A_window_in_the_past_or_more_than_a_year_ahead_is_wrong(double from, double to, string field)
    {
        Assert.Equal(field, world.Do<Outcome.Invalid>(Place(from, to)).Field);
        Assert.Equal(field, world.Do<Outcome.Invalid>(Check(from, to)).Field);
        Assert.Empty(world.Facts);
    }

    [Theory]
    [InlineData(-0.08, 10)]
    [InlineData(365 * Day, 366 * Day)]
    public void One_that_began_a_moment_ago_or_begins_in_just_a_year_is_right(double from, double to) =>
        world.Placed(from, to);

    [Fact]
    public void What_is_over_is_in_nobodys_way_but_never_overlapped()
    {
        world.Placed(0, 10);
        world.Pass(10.05);
        var over = Assert.Single(world.Do<Outcome.HoldBlocked>(Place(9.99, 20)).Conflicts);
        Assert.Equal(HoldStatus.Confirmed, over.Status);
        world.Do<Outcome.HoldBlocked>(
            Place(9.99, 20, priority: 900) with { Arbitration = ArbitrationRule.PreemptLower });
        world.Placed(10, 20);
    }

    [Fact]
    public void An_agent_that_has_been_disabled_or_deleted_gets_nothing() =>
        Assert.IsType<Outcome.Forbidden>(world.Do(Place(60, 90), callerEnded: true));

    [Fact]
    public void An_observer_reserves_nothing_and_hears_what_would_have_been_in_its_way()
    {
        var free = world.Do<Outcome.HoldObserved>(Place(60, 90) with { Mode = ArbitrationMode.Observe });
        Assert.Empty(free.Conflicts);
        Assert.Equal(
            [new HoldObserved(Codex, HoldWorld.Resource(HoldWorld.Jane), Window(60, 90), WouldBeBlockedBy: null)],
            world.Facts);

        var hold = world.Placed(60, 90, Claude);
        var taken = world.Do<Outcome.HoldObserved>(Place(60, 90) with { Mode = ArbitrationMode.Observe });

        Assert.Equal([hold], taken.Conflicts);
        Assert.Equal(Window(90, 120), taken.Alternatives[0]);
        Assert.Equal(BlockingHold.Of(hold), Assert.IsType<HoldObserved>(Assert.Single(world.Facts)).WouldBeBlockedBy);
        Assert.Single(world.All);
    }

    [Fact]
    public void A_preview_is_answered_as_the_hold_would_be_and_changes_nothing()
    {
        var free = Assert.IsType<Outcome.HoldPlaced>(
            world.Do<Outcome.HoldPreviewed>(Place(60, 90, ttl: 60) with { IsPreview = true }).Answer).Hold;
        Assert.Equal((default, default), (free.Id, free.FencingToken));
        Assert.Equal((HoldStatus.Held, Morning.AddSeconds(60)), (free.Status, free.ExpiresAt));
        Assert.Empty(world.Facts);

        var hold = world.Placed(60, 90);
        var taken = Assert.IsType<Outcome.HoldBlocked>(
            world.Do<Outcome.HoldPreviewed>(Place(60, 90) with { IsPreview = true }).Answer);
        Assert.Equal([hold], taken.Conflicts);
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void A_check_says_what_is_in_the_way_and_when_there_is_room()
    {
        Assert.Empty(world.Do<Outcome.AvailabilityChecked>(Check(60, 90)).Alternatives);
        var hold = world.Placed(60, 90);

        var taken = world.Do<Outcome.AvailabilityChecked>(Check(80, 100));

        Assert.Equal([hold], taken.Conflicts);
        Assert.Equal([Window(90, 110), Window(110, 130), Window(130, 150)], taken.Alternatives);
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void No_alternative_begins_in_the_past_or_beyond_the_year()
    {
        world.Placed(0, 10);
        world.Placed(365 * Day, (365 * Day) + 10);

        world.Pass(0.05);
        Assert.Equal(Window(10, 20), world.Do<Outcome.AvailabilityChecked>(Check(0, 10)).Alternatives[0]);
        Assert.Empty(world.Do<Outcome.AvailabilityChecked>(Check(365 * Day, (365 * Day) + 1)).Alternatives);
    }
}
