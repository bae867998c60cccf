using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class ExpiryGraceTests
{
    private const string Repo = "repo:owner/repo";
    private const string Part = "project:owner/repo#docs";

    private readonly World world = new();

    [Theory]
    [InlineData(Repo, Repo)]
    [InlineData(Repo, Part)]
    [InlineData(Part, Repo)]
    public void After_an_expiry_the_resource_stays_closed_for_the_grace(string held, string wanted)
    {
        var claim = world.Granted(Codex, held, seconds: 60);
        world.Pass(60);

        var skipped = world.Do<Outcome.Skipped>(Graceful(Start(Claude, wanted), 10));

        Assert.Equal(claim.Id, skipped.BlockingClaim.Id);
        Assert.Equal(claim.ExpiresAt, skipped.BlockingClaim.ExpiresAt);
        Assert.Equal(claim.ExpiresAt.AddSeconds(10), skipped.RetryAfter);
        world.Pass(9.999);
        world.Do<Outcome.Skipped>(Graceful(Start(Claude, wanted), 10));
        world.Pass(0.001);
        world.Do<Outcome.Granted>(Graceful(Start(Claude, wanted), 10));
    }

    [Fact]
    public void Observers_and_checks_learn_of_it_too()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(65);
        var over = claim.ExpiresAt.AddSeconds(10);

        var check = new CheckRun(Claude, Resource(Repo), 100, ArbitrationMode.Enforce) { ExpiryGraceSeconds = 10 };
        Assert.Equal(over, world.Do<Outcome.Checked>(check).RetryAfter);
        var start = Graceful(Start(Claude, Repo, mode: ArbitrationMode.Observe), 10);
        Assert.Equal(over, world.Do<Outcome.Observed>(start).RetryAfter);
    }

    [Fact]
    public void A_finish_needs_no_grace_and_neither_does_a_workspace_without_one()
    {
        var finished = world.Granted(Codex, Repo, seconds: 60);
        world.Do<Outcome.Ended>(Finish(Codex, finished));
        world.Granted(Claude, Repo, seconds: 60);
        world.Pass(60);
        world.Granted(Codex, Repo, seconds: 60);
    }

    [Fact]
    public void A_claim_granted_since_then_has_shown_that_the_way_was_free()
    {
        world.Granted(Codex, Repo, seconds: 60);
        world.Pass(60);
        var next = world.Granted(Claude, Repo, seconds: 600);
        world.Do<Outcome.Ended>(Finish(Claude, next));

        world.Do<Outcome.Granted>(Graceful(Start(Codex, Repo), 60));
    }

    [Fact]
    public void What_ran_out_is_remembered_for_the_longest_grace_and_no_longer()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(60);
        world.Do<Outcome.Ended>(new ExpireClaim(claim.Id, Org));

        Assert.Contains(claim.Id, world.Root(Repo).WithoutEnded(claim.ExpiresAt.AddSeconds(59.999)).Claims);
        Assert.DoesNotContain(claim.Id, world.Root(Repo).WithoutEnded(claim.ExpiresAt.AddSeconds(60)).Claims);
    }

    private static StartRun Graceful(StartRun start, int seconds) => start with { ExpiryGraceSeconds = seconds };
}
