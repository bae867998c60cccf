using Availsync.Contracts;
using static Availsync.Decisions.Tests.HoldWorld;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class HoldEndingTests
{
    private static readonly HoldId Unknown = new(Id(77));

    private readonly HoldWorld world = new();

    [Fact]
    public void A_confirmed_hold_stays_and_to_confirm_it_again_changes_nothing()
    {
        var hold = world.Placed(60, 90, ttl: 60);

        var confirmed = world.Do<Outcome.HoldConfirmed>(new ConfirmHold(Codex, hold.Id)).Hold;

        Assert.Equal(hold with { Status = HoldStatus.Confirmed, ExpiresAt = null }, confirmed);
        Assert.Equal([new HoldConfirmed(confirmed, WasHeld: true)], world.Facts);
        world.Pass(30);
        Assert.Equal(confirmed, world.Do<Outcome.HoldConfirmed>(new ConfirmHold(Codex, hold.Id)).Hold);
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void What_was_not_confirmed_in_time_lapses_by_the_clock_and_makes_room()
    {
        var hold = world.Placed(60, 90, ttl: 60);
        world.Pass(1);

        Assert.Empty(world.Do<Outcome.AvailabilityChecked>(Check(60, 90)).Conflicts);
        Assert.Empty(world.Facts);
        var next = world.Placed(60, 90, Claude);

        var lapsed = hold with { Status = HoldStatus.Lapsed };
        Assert.Equal([new HoldLapsed(lapsed), new HoldConfirmed(next, WasHeld: false)], world.Facts);
        Assert.Equal(
            new Outcome.HoldNotActive(hold.Id, HoldStatus.Lapsed, PreemptedBy: null),
            world.Do(new ConfirmHold(Codex, hold.Id)));
    }

    [Fact]
    public void A_moment_before_that_it_is_still_there()
    {
        var hold = world.Placed(60, 90, ttl: 60);
        world.Pass(0.999);
        world.Do<Outcome.HoldBlocked>(Place(60, 90, Claude));
        world.Do<Outcome.HoldConfirmed>(new ConfirmHold(Codex, hold.Id));
    }

    [Fact]
    public void A_wake_up_looks_at_the_clock_and_not_at_the_message()
    {
        var hold = world.Placed(60, 90, ttl: 60);
        Assert.Equal(new Outcome.NothingDue(hold.ExpiresAt), world.Do(new LapseHold(hold.Id, Org)));
        Assert.Empty(world.Facts);
        world.Pass(1);
        Assert.Equal(new Outcome.NothingDue(null), world.Do(new LapseHold(hold.Id, Org)));
        Assert.Equal([new HoldLapsed(hold with { Status = HoldStatus.Lapsed })], world.Facts);
        Assert.Equal(new Outcome.NothingDue(null), world.Do(new LapseHold(hold.Id, Org)));
        Assert.Empty(world.Facts);
        Assert.Equal(new Outcome.NothingDue(null), world.Do(new LapseHold(Unknown, Org)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public void Its_agent_gives_it_up_once(int? ttl)
    {
        var hold = world.Placed(60, 90, ttl: ttl);

        var released = world.Do<Outcome.HoldEnded>(new ReleaseHold(Codex, hold.Id)).Hold;

        Assert.Equal(hold with { Status = HoldStatus.Released }, released);
        Assert.Equal([new HoldReleased(released)], world.Facts);
        Assert.Equal(new Outcome.HoldAlreadyEnded(released), world.Do(new ReleaseHold(Codex, hold.Id)));
        Assert.Empty(world.Facts);
        world.Placed(60, 90, Claude);
    }

    [Fact]
    public void A_person_revokes_it_whosever_it_is()
    {
        var hold = world.Placed(60, 90);
        var revoked = world.Do<Outcome.HoldEnded>(new ReleaseHold(World.Jane, hold.Id)).Hold;
        Assert.Equal(HoldStatus.Revoked, revoked.Status);
        Assert.Equal([new HoldRevoked(revoked, World.Jane.PersonId)], world.Facts);
    }

    [Fact]
    public void With_its_agent_it_is_revoked_by_nobody()
    {
        var hold = world.Placed(60, 90);
        var revoked = world.Do<Outcome.HoldEnded>(new RevokeHold(hold.Id, Org)).Hold;
        Assert.Equal([new HoldRevoked(revoked, PersonId: null)], world.Facts);
        world.Do<Outcome.HoldAlreadyEnded>(new RevokeHold(hold.Id, Org));
        world.Do<Outcome.NotFound>(new RevokeHold(hold.Id, Stranger.OrgId));
    }

    [Fact]
    public void Another_agent_may_neither_confirm_nor_give_it_up_and_a_person_not_confirm_in_its_place()
    {
        var hold = world.Placed(60, 90, ttl: 60);
        world.Do<Outcome.NotHoldOwner>(new ConfirmHold(Claude, hold.Id));
        world.Do<Outcome.NotHoldOwner>(new ReleaseHold(Claude, hold.Id));
        world.Do<Outcome.NotHoldOwner>(new ConfirmHold(World.Jane, hold.Id));
        Assert.Equal(hold, world.Find(hold));
    }

    [Fact]
    public void A_hold_of_another_workspace_is_as_unknown_as_one_that_never_was()
    {
        var hold = world.Placed(60, 90);
        foreach (var id in (HoldId[])[hold.Id, Unknown])
        {
            Assert.Equal(new Outcome.NotFound("hold"), world.Do(new ConfirmHold(Stranger, id)));
            Assert.Equal(new Outcome.NotFound("hold"), world.Do(new ReleaseHold(Stranger, id)));
        }
    }

    [Fact]
    public void A_hold_whose_window_is_over_stays_confirmed_and_there_is_nothing_to_give_up()
    {
        var hold = world.Placed(0, 10);
        world.Pass(10);
        Assert.Equal(new Outcome.HoldAlreadyEnded(hold), world.Do(new ReleaseHold(Codex, hold.Id)));
        Assert.Equal(new Outcome.HoldAlreadyEnded(hold), world.Do(new RevokeHold(hold.Id, Org)));
        Assert.Equal(new Outcome.HoldConfirmed(hold), world.Do(new ConfirmHold(Codex, hold.Id)));
        Assert.Empty(world.Facts);
        Assert.Equal(0, world.Room.ActiveClaims);
    }

    [Fact]
    public void What_no_decision_needs_may_be_forgotten_but_the_token_stays()
    {
        var (over, next) = (world.Placed(0, 10), world.Placed(10, 20));
        var ended = world.Do<Outcome.HoldEnded>(new ReleaseHold(Codex, world.Placed(30, 40).Id)).Hold;
        world.Pass(10.05);
        Assert.Equal(
            new HashSet<HoldId> { over.Id, next.Id },
            [.. world.Root(ended.Resource.Root).WithoutEnded(world.Now).Holds.Keys]);
        world.Pass(0.05);
        var rest = world.Root(ended.Resource.Root).WithoutEnded(world.Now);
        Assert.Equal([next.Id], rest.Holds.Keys);
        Assert.Equal(new FencingToken(3), rest.LastToken);
    }

    [Fact]
    public void A_second_hold_of_a_moment_a_token_that_does_not_grow_and_an_ended_one_that_changes_are_broken()
    {
        var hold = world.Placed(60, 90);
        var root = world.Root(hold.Resource.Root);
        var second = hold with { Id = Unknown, FencingToken = hold.FencingToken.Next() };
        Throws(new HoldHeld(second), "second hold");
        var stale = second with { Window = Window(90, 91), FencingToken = hold.FencingToken };
        Throws(new HoldConfirmed(stale, WasHeld: false), "grow");
        Throws(new HoldReleased(second), "does not block");

        void Throws(HoldFact fact, string message) => Assert.Contains(
            message, Assert.Throws<BrokenInvariantException>(() => Arbitration.Evolve(root, fact)).Message,
            StringComparison.Ordinal);
    }
}
