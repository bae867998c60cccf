using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class StartingTests
{
    private const string Repo = "repo:owner/repo";

    private readonly World world = new();

    [Fact]
    public void A_free_resource_is_granted_as_it_was_asked_for()
    {
        var claim = world.Do<Outcome.Granted>(Start(Codex, "repo:Owner/Repo", seconds: 90, priority: 7)).Claim;

        Assert.Equal(
            new Claim(
                claim.Id, Org, Codex.AgentId, "nightly-codex", Resource(Repo), ClaimStatus.Active, Priority: 7,
                "scheduled run", "codex", Morning, Morning.AddSeconds(90), EndedAt: null, new FencingToken(1),
                WorkingSet: null, "{}",
                RunOutcome: null, Summary: null),
            claim);
        Assert.Equal([new ClaimGranted(claim, ProtectsResource: true)], world.Facts);
    }

    [Fact]
    public void A_second_run_is_told_who_holds_the_repo_and_when_to_come_back()
    {
        var held = world.Granted(Codex, Repo, seconds: 300);
        world.Pass(10);

        var skipped = world.Do<Outcome.Skipped>(Start(Claude, Repo));

        Assert.Equal(
            new BlockingClaim(
                held.Id, Codex.AgentId, "nightly-codex", Resource(Repo), 100, "scheduled run", Morning.AddSeconds(300),
                OwnedByYou: false),
            skipped.BlockingClaim);
        Assert.Equal(Morning.AddSeconds(300), skipped.RetryAfter);
        Assert.Equal([new RunSkipped(Claude, Resource(Repo), skipped.BlockingClaim)], world.Facts);
        Assert.Equal(held, world.Find(held));
    }

    [Fact]
    public void A_second_run_of_the_same_agent_is_told_that_it_collides_with_itself()
    {
        world.Granted(Codex, Repo);
        Assert.True(world.Do<Outcome.Skipped>(Start(Codex, Repo)).BlockingClaim.OwnedByYou);
    }

    [Fact]
    public void A_higher_priority_displaces_nobody()
    {
        var held = world.Do<Outcome.Granted>(Start(Codex, Repo, priority: 0)).Claim;
        Assert.Equal(held.Id, world.Do<Outcome.Skipped>(Start(Claude, Repo, priority: 1000)).BlockingClaim.Id);
    }

    [Theory]
    [InlineData("repo:owner/repo", "repo:OWNER/Repo")]
    [InlineData("repo:owner/repo", "repo:https://github.com/Owner/Repo.git")]
    [InlineData("repo:owner/repo", "project:Owner/repo#docs")]
    [InlineData("project:owner/repo#docs", "repo:Owner/Repo")]
    [InlineData("project:owner/repo#docs", "project:owner/repo#docs")]
    [InlineData("project:gitlab.com/owner/repo#docs", "repo:git@gitlab.com:Owner/Repo.git")]
    [InlineData("project:deploy", "project:deploy")]
    public void These_exclude_each_other(string held, string wanted)
    {
        world.Granted(Codex, held);
        world.Do<Outcome.Skipped>(Start(Claude, wanted));
    }

    [Theory]
    [InlineData("repo:owner/repo", "repo:owner/other")]
    [InlineData("repo:owner/repo", "repo:gitlab.com/owner/repo")]
    [InlineData("repo:owner/repo", "project:owner/repo")]
    [InlineData("repo:owner/repo", "project:gitlab.com/owner/repo#docs")]
    [InlineData("project:owner/repo#docs", "project:owner/repo#tests")]
    [InlineData("project:owner/repo#docs", "project:owner/repo#Docs")]
    [InlineData("project:deploy", "project:Deploy")]
    public void These_do_not(string held, string wanted)
    {
        world.Granted(Codex, held);
        world.Granted(Claude, wanted);
    }

    [Fact]
    public void An_agent_that_was_disabled_meanwhile_is_granted_nothing()
    {
        Assert.IsType<Outcome.Forbidden>(world.Do(Start(Codex, Repo), callerEnded: true));
        Assert.Empty(world.Facts);
        world.Granted(Claude, Repo);
    }

    [Fact]
    public void A_repo_waits_for_the_part_that_ends_first()
    {
        world.Granted(Codex, "project:owner/repo#slow", seconds: 900);
        var quick = world.Granted(Claude, "project:owner/repo#quick", seconds: 60);

        var skipped = world.Do<Outcome.Skipped>(Start(Codex, Repo));

        Assert.Equal(quick.Id, skipped.BlockingClaim.Id);
        Assert.Equal(quick.ExpiresAt, skipped.RetryAfter);
    }

    [Fact]
    public void A_repo_is_free_once_all_of_its_parts_are()
    {
        var docs = world.Granted(Codex, "project:owner/repo#docs");
        var tests = world.Granted(Claude, "project:owner/repo#tests");
        world.Do<Outcome.Ended>(Finish(Codex, docs));
        world.Do<Outcome.Skipped>(Start(Codex, Repo));
        world.Do<Outcome.Ended>(Finish(Claude, tests));
        world.Granted(Codex, Repo);
    }

    [Fact]
    public void Tokens_grow_with_every_claim_of_a_root_whatever_its_part()
    {
        var tokens = new List<long>();
        foreach (var resource in new[] { "project:owner/repo#docs", "project:owner/repo#tests" })
            tokens.Add(world.Granted(Codex, resource, seconds: 60).FencingToken.Value);
        world.Pass(60);
        tokens.Add(world.Granted(Claude, Repo).FencingToken.Value);

        Assert.Equal([1, 2, 3], tokens);
        Assert.Equal(1, world.Granted(Claude, "repo:owner/other").FencingToken.Value);
    }

    [Fact]
    public void A_resource_keeps_its_first_spelling_and_is_protected_once()
    {
        world.Granted(Codex, "repo:Owner/Repo", seconds: 5);
        world.Pass(5);

        var again = world.Granted(Claude, "repo:OWNER/REPO");

        Assert.Equal("Owner/Repo", again.Resource.Key);
        Assert.False(Assert.IsType<ClaimGranted>(world.Facts[^1]).ProtectsResource);
        var protectedResource = Assert.Single(world.Root(Repo).Resources.Values);
        Assert.Equal(Morning, protectedResource.ProtectedAt);
        Assert.Equal(world.Now, protectedResource.LastClaimedAt);
    }

    [Fact]
    public void An_observer_of_a_free_resource_is_granted_nothing()
    {
        var observed = world.Do<Outcome.Observed>(Start(Codex, Repo, mode: ArbitrationMode.Observe));

        Assert.Equal(new Outcome.Observed(WouldBeBlockedBy: null, RetryAfter: null), observed);
        Assert.Equal([new RunObserved(Codex, Resource(Repo), WouldBeBlockedBy: null)], world.Facts);
        Assert.Empty(world.Root(Repo).Claims);
        Assert.Empty(world.Root(Repo).Resources);
        world.Granted(Claude, Repo);
    }

    [Fact]
    public void An_observer_of_a_held_resource_learns_who_would_have_blocked_it()
    {
        var held = world.Granted(Claude, Repo);

        var observed = world.Do<Outcome.Observed>(Start(Codex, Repo, mode: ArbitrationMode.Observe));

        Assert.Equal(held.Id, observed.WouldBeBlockedBy?.Id);
        Assert.Equal(held.ExpiresAt, observed.RetryAfter);
        Assert.Equal([new RunObserved(Codex, Resource(Repo), observed.WouldBeBlockedBy)], world.Facts);
        Assert.Equal(held, world.Find(held));
    }

    [Theory]
    [InlineData(ArbitrationMode.Enforce)]
    [InlineData(ArbitrationMode.Observe)]
    public void A_check_tells_what_is_and_changes_nothing(ArbitrationMode mode)
    {
        var free = world.Do<Outcome.Checked>(new CheckRun(Codex, Resource(Repo), Priority: 100, mode));
        Assert.Equal(new Outcome.Checked(mode, BlockingClaim: null, RetryAfter: null), free);

        var held = world.Granted(Claude, "project:owner/repo#docs");
        var before = world.Root(Repo);
        var taken = world.Do<Outcome.Checked>(new CheckRun(Codex, Resource(Repo), Priority: 1000, mode));

        Assert.Equal(held.Id, taken.BlockingClaim?.Id);
        Assert.Equal(held.ExpiresAt, taken.RetryAfter);
        Assert.Equal(mode, taken.Mode);
        Assert.Empty(world.Facts);
        Assert.Equal(before, world.Root(Repo));
    }
}
