using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class ExpiryTests
{
    private const string Repo = "repo:owner/repo";

    private readonly World world = new();

    [Theory]
    [InlineData(59.999, false)]
    [InlineData(60, true)]
    [InlineData(3600, true)]
    public void A_lease_ends_by_the_clock_whether_or_not_anyone_wakes_up(double seconds, bool free)
    {
        world.Granted(Codex, Repo, seconds: 60);
        world.Pass(seconds);

        var check = world.Do<Outcome.Checked>(
            new CheckRun(Claude, Resource(Repo), Priority: 100, ArbitrationMode.Enforce));
        Assert.Equal(free, check.BlockingClaim is null);
        var start = world.Do(Start(Claude, Repo));
        Assert.Equal(free, start is Outcome.Granted);
    }

    [Fact]
    public void What_has_run_out_is_written_down_before_what_takes_its_place()
    {
        var dead = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(90);

        world.Granted(Claude, Repo);

        Assert.Collection(
            world.Facts,
            fact => Assert.Equal(
                dead with { Status = ClaimStatus.Expired, EndedAt = dead.ExpiresAt },
                Assert.IsType<ClaimExpired>(fact).Claim),
            fact => Assert.IsType<ClaimGranted>(fact));
        Assert.Equal(ClaimStatus.Expired, world.Find(dead).Status);
    }

    [Fact]
    public void Several_leases_that_have_run_out_end_in_the_order_of_their_expiry()
    {
        var late = world.Granted(Codex, "project:owner/repo#late", seconds: 90);
        var soon = world.Granted(Codex, "project:owner/repo#soon", seconds: 30);
        world.Pass(100);

        world.Granted(Claude, Repo);

        Assert.Equal([soon.Id, late.Id], world.Facts.OfType<ClaimExpired>().Select(f => f.Claim.Id));
    }

    [Fact]
    public void A_wake_up_at_the_expiry_ends_the_claim()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(60);

        var ended = world.Do<Outcome.Ended>(new ExpireClaim(claim.Id, Org));

        Assert.Equal(ClaimStatus.Expired, ended.Claim.Status);
        Assert.Equal(claim.ExpiresAt, ended.Claim.EndedAt);
        Assert.Equal([new ClaimExpired(ended.Claim)], world.Facts);
    }

    [Fact]
    public void A_wake_up_that_comes_early_changes_nothing_and_learns_when_to_come_again()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(10);
        var extended = world.Do<Outcome.Extended>(Extend(Codex, claim, 120)).Claim;
        world.Pass(50);

        Assert.Equal(
            new Outcome.NothingDue(Morning.AddSeconds(130)),
            world.Do<Outcome.NothingDue>(new ExpireClaim(claim.Id, Org)));
        Assert.Empty(world.Facts);
        Assert.Equal(extended, world.Find(claim));
    }

    [Fact]
    public void A_wake_up_that_comes_twice_or_after_a_finish_or_for_nobody_changes_nothing()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(60);
        world.Do<Outcome.Ended>(new ExpireClaim(claim.Id, Org));
        var finished = world.Granted(Codex, Repo, seconds: 60);
        world.Do<Outcome.Ended>(Finish(Codex, finished));

        foreach (var id in new[] { claim.Id, finished.Id, new ClaimId(Id(99)) })
        {
            Assert.Equal(new Outcome.NothingDue(ExpiresAt: null), world.Do(new ExpireClaim(id, Org)));
            Assert.Empty(world.Facts);
        }
    }

    [Fact]
    public void An_expired_claim_never_comes_back()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(60);

        Assert.Equal(
            new Outcome.ClaimNotActive(claim.Id, ClaimStatus.Expired, PreemptedBy: null),
            world.Do(Extend(Codex, claim, 600)));
        Assert.Equal(
            new Outcome.ClaimNotActive(claim.Id, ClaimStatus.Expired, PreemptedBy: null),
            world.Do(Edit(Codex, claim, "a")));
        var finished = world.Do<Outcome.AlreadyEnded>(new FinishRun(Codex, claim.Id, RunOutcome.Succeeded, "done"));
        Assert.Equal(ClaimStatus.Expired, finished.Claim.Status);
        Assert.Null(finished.Claim.RunOutcome);
    }
}
