using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class PreemptionTests
{
    private const string Repo = "repo:owner/repo";
    private const string Docs = "project:owner/repo#docs";
    private const string Code = "project:owner/repo#code";

    private readonly World world = new();

    [Fact]
    public void A_strictly_higher_priority_displaces_every_claim_in_its_way()
    {
        var docs = world.Granted(Codex, Docs);
        var code = world.Granted(Codex, Code);

        var granted = world.Do<Outcome.Granted>(Preempting(Claude, Repo, 101)).Claim;

        Assert.Equal(
            [typeof(ClaimPreempted), typeof(ClaimPreempted), typeof(ClaimGranted)], world.Facts.Select(f => f.GetType()));
        foreach (var claim in new[] { docs, code })
        {
            var displaced = world.Find(claim);
            Assert.Equal((ClaimStatus.Preempted, world.Now), (displaced.Status, displaced.EndedAt!.Value));
            var refused = world.Do<Outcome.ClaimNotActive>(Extend(Codex, claim, 600));
            Assert.Equal(BlockingClaim.Of(granted, Codex.AgentId), refused.PreemptedBy);
            Assert.Equal(refused, world.Do<Outcome.ClaimNotActive>(Edit(Codex, claim, "a")));
            Assert.Equal(ClaimStatus.Preempted, world.Do<Outcome.AlreadyEnded>(Finish(Codex, claim)).Claim.Status);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(99)]
    public void The_same_or_a_lower_priority_displaces_nothing(int priority)
    {
        world.Granted(Codex, Repo);
        world.Do<Outcome.Skipped>(Preempting(Claude, Repo, priority));
        Assert.IsType<RunSkipped>(Assert.Single(world.Facts));
    }

    [Fact]
    public void One_claim_that_is_not_lower_protects_the_others()
    {
        world.Granted(Codex, Docs);
        world.Do<Outcome.Granted>(Start(Codex, Code, priority: 200));

        Assert.Equal(
            Resource(Docs), world.Do<Outcome.Skipped>(Preempting(Claude, Repo, 200)).BlockingClaim.Resource);
        Assert.Equal(2, world.Root(Repo).Holding(world.Now).Count());
    }

    [Fact]
    public void Where_the_workspace_does_not_say_so_nothing_is_displaced()
    {
        world.Granted(Codex, Repo);
        world.Do<Outcome.Skipped>(Start(Claude, Repo, priority: 1000));
    }

    [Fact]
    public void A_grace_after_an_expiry_is_not_displaced()
    {
        world.Granted(Codex, Repo, seconds: 30);
        world.Pass(30);
        world.Do<Outcome.Skipped>(Preempting(Claude, Repo, 1000) with { ExpiryGraceSeconds = 10 });
    }

    [Fact]
    public void A_check_knows_what_a_start_would_displace_and_displaces_nothing()
    {
        var held = world.Granted(Codex, Repo);
        var check = new CheckRun(Claude, Resource(Repo), 101, ArbitrationMode.Enforce) { PreemptsLower = true };

        Assert.Null(world.Do<Outcome.Checked>(check).BlockingClaim);
        Assert.Equal(held.Id, world.Do<Outcome.Checked>(check with { Priority = 100 }).BlockingClaim?.Id);
        Assert.Equal(ClaimStatus.Active, world.Find(held).Status);
    }

    [Fact]
    public void What_is_displaced_makes_room_in_the_plan()
    {
        var plan = new Plan("small", PlanLimits.None with { ActiveClaims = 1 });
        world.Granted(Codex, Repo);
        world.Do<Outcome.Granted>(Preempting(Claude, Repo, 101) with { Plan = plan });
        Assert.Equal(1, world.Room.ActiveClaims);
    }

    [Fact]
    public void A_claim_that_is_displaced_serves_who_waits_beside_the_new_one()
    {
        world.Granted(Codex, Repo);
        var ticket = world.Do<Outcome.Waiting>(World.Waiting(Codex, Code, attendance: 1)).Ticket;

        world.Do<Outcome.Granted>(Preempting(Claude, Docs, 101));

        Assert.Equal(
            [typeof(ClaimPreempted), typeof(ClaimGranted), typeof(ClaimGranted)], world.Facts.Select(f => f.GetType()));
        Assert.Equal(ticket, Assert.IsType<ClaimGranted>(world.Facts[2]).Claim.Id.Value);
    }

    [Fact]
    public void Who_waits_displaces_what_has_become_lower_than_itself()
    {
        world.Granted(Codex, Docs);
        var high = world.Do<Outcome.Granted>(Start(Codex, Code, priority: 300)).Claim;
        var waiting = World.Waiting(Claude, Repo, attendance: 1, priority: 200) with { PreemptsLower = true };
        var ticket = world.Do<Outcome.Waiting>(waiting).Ticket;

        world.Do(Finish(Codex, high));

        Assert.Equal(
            [typeof(ClaimReleased), typeof(ClaimPreempted), typeof(ClaimGranted)], world.Facts.Select(f => f.GetType()));
        Assert.Equal(ticket, Assert.Single(world.Root(Repo).Holding(world.Now)).Id.Value);
    }

    private static StartRun Preempting(Caller caller, string resource, int priority) =>
        Start(caller, resource, priority: priority) with { PreemptsLower = true };
}
