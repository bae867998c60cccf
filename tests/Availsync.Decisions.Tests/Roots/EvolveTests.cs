using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class EvolveTests
{
    private const string Repo = "repo:owner/repo";

    private readonly World world = new();

    [Fact]
    public void A_second_active_claim_in_the_way_of_the_first_is_a_broken_invariant()
    {
        var claim = world.Granted(Codex, Repo);
        var second = claim with { Id = new ClaimId(Id(77)), FencingToken = claim.FencingToken.Next() };
        var grant = new ClaimGranted(second, ProtectsResource: false);
        var broken = Assert.Throws<BrokenInvariantException>(() => Evolve(grant));
        Assert.Contains("second active claim", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_does_not_grow_is_a_broken_invariant()
    {
        var claim = world.Granted(Codex, Repo);
        world.Do<Outcome.Ended>(Finish(Codex, claim));
        var second = claim with { Id = new ClaimId(Id(77)) };
        var grant = new ClaimGranted(second, ProtectsResource: false);
        var broken = Assert.Throws<BrokenInvariantException>(() => Evolve(grant));
        Assert.Contains("does not grow", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ended_claim_that_changes_is_a_broken_invariant()
    {
        var claim = world.Granted(Codex, Repo);
        world.Do<Outcome.Ended>(Finish(Codex, claim));
        Assert.Throws<BrokenInvariantException>(() => Evolve(new ClaimExtended(claim)));
        var unknown = claim with { Id = new ClaimId(Id(77)) };
        Assert.Throws<BrokenInvariantException>(() => Evolve(new ClaimReleased(unknown)));
    }

    [Fact]
    public void Every_fact_counts_one_up()
    {
        world.Granted(Codex, Repo, seconds: 60);
        world.Do<Outcome.Skipped>(Start(Claude, Repo));
        world.Do<Outcome.Observed>(Start(Claude, Repo, mode: ArbitrationMode.Observe));
        world.Pass(60);
        world.Granted(Claude, Repo);
        Assert.Equal(5, world.Root(Repo).LastSequence);
    }

    [Fact]
    public void Ended_claims_may_be_forgotten_but_tokens_and_resources_stay()
    {
        var claim = world.Granted(Codex, "project:owner/repo#docs");
        var other = world.Granted(Codex, "project:owner/repo#tests");
        world.Do<Outcome.Ended>(Finish(Codex, claim));

        var rest = world.Root(Repo).WithoutEnded(world.Now);

        Assert.Equal([other.Id], rest.Claims.Keys);
        Assert.Equal(world.Root(Repo) with { Claims = rest.Claims }, rest);
    }

    [Fact]
    public void A_refusal_from_the_door_is_answered_as_it_came()
    {
        var refusal = new RecordRefusal(Org, new Outcome.AgentMismatch(), SlotValue: 7);
        Assert.Equal(new Outcome.AgentMismatch(), world.Do(refusal));
        Assert.Empty(world.Facts);
    }

    private void Evolve(ClaimFact fact) => Arbitration.Evolve(world.Root(Repo), fact);
}
