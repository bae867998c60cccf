using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class EndingTests
{
    private const string Repo = "repo:owner/repo";

    private readonly World world = new();

    [Fact]
    public void A_finish_ends_the_claim_and_frees_the_resource_at_once()
    {
        var claim = world.Editing(Codex, Repo, "src/");
        world.Pass(60);

        var ended = world.Do<Outcome.Ended>(new FinishRun(Codex, claim.Id, RunOutcome.Failed, "no luck")).Claim;

        Assert.Equal(
            claim with
            {
                Status = ClaimStatus.Released,
                EndedAt = Morning.AddSeconds(60),
                WorkingSet = null,
                RunOutcome = RunOutcome.Failed,
                Summary = "no luck",
            },
            ended);
        Assert.Equal([new ClaimReleased(ended)], world.Facts);
        world.Granted(Claude, Repo);
    }

    [Fact]
    public void A_second_finish_changes_nothing()
    {
        var claim = world.Granted(Codex, Repo);
        var ended = world.Do<Outcome.Ended>(new FinishRun(Codex, claim.Id, RunOutcome.Succeeded, "done")).Claim;
        world.Pass(60);

        var again = world.Do<Outcome.AlreadyEnded>(new FinishRun(Codex, claim.Id, RunOutcome.Failed, "other"));

        Assert.Equal(ended, again.Claim);
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void A_release_by_its_agent_is_a_release()
    {
        var claim = world.Granted(Codex, Repo);
        var ended = world.Do<Outcome.Ended>(Release(Codex, claim)).Claim;
        Assert.Equal(ClaimStatus.Released, ended.Status);
        Assert.Equal([new ClaimReleased(ended)], world.Facts);
        world.Do<Outcome.AlreadyEnded>(Release(Codex, claim));
    }

    [Fact]
    public void A_release_by_a_person_revokes_the_claim_and_names_the_person()
    {
        var claim = world.Editing(Codex, Repo, "src/");

        var ended = world.Do<Outcome.Ended>(Release(Jane, claim)).Claim;

        Assert.Equal(ClaimStatus.Revoked, ended.Status);
        Assert.Null(ended.WorkingSet);
        Assert.Equal([new ClaimRevoked(ended, Jane.PersonId)], world.Facts);
        world.Granted(Claude, Repo);
        Assert.Equal(ended, world.Do<Outcome.AlreadyEnded>(Finish(Codex, claim)).Claim);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_release_with_a_stale_token_is_refused(bool byPerson)
    {
        var claim = world.Granted(Codex, Repo);
        var caller = byPerson ? Jane : Codex;

        Assert.Equal(
            new Outcome.ClaimChanged(claim.Id, claim.FencingToken),
            world.Do(new ReleaseClaim(caller, claim.Id, claim.FencingToken.Next())));
        Assert.Empty(world.Facts);
        Assert.Equal(claim, world.Find(claim));
        world.Do<Outcome.Ended>(new ReleaseClaim(caller, claim.Id, claim.FencingToken));
    }

    [Fact]
    public void The_claims_of_a_disabled_agent_are_revoked_by_no_person()
    {
        var claim = world.Granted(Codex, Repo);

        var ended = world.Do<Outcome.Ended>(new RevokeClaim(claim.Id, Org)).Claim;

        Assert.Equal(ClaimStatus.Revoked, ended.Status);
        Assert.Equal([new ClaimRevoked(ended, PersonId: null)], world.Facts);
        world.Do<Outcome.AlreadyEnded>(new RevokeClaim(claim.Id, Org));
        Assert.Empty(world.Facts);
        world.Do<Outcome.NotFound>(new RevokeClaim(new ClaimId(Id(99)), Org));
        world.Do<Outcome.NotFound>(new RevokeClaim(claim.Id, Stranger.OrgId));
    }

    public static TheoryData<string> TouchingCommands => ["extend", "declare", "finish", "release"];

    [Theory]
    [MemberData(nameof(TouchingCommands))]
    public void Nobody_touches_the_claim_of_another_agent(string touch)
    {
        var claim = world.Granted(Codex, Repo);
        Assert.Equal(new Outcome.NotClaimOwner(), world.Do(Touch(touch, Claude, claim.Id)));
        Assert.Empty(world.Facts);
        Assert.Equal(claim, world.Find(claim));
    }

    [Theory]
    [MemberData(nameof(TouchingCommands))]
    public void A_claim_of_another_workspace_does_not_exist(string touch)
    {
        var claim = world.Granted(Codex, Repo);
        Assert.Equal(new Outcome.NotFound("claim"), world.Do(Touch(touch, Stranger, claim.Id)));
        Assert.Equal(new Outcome.NotFound("claim"), world.Do(Touch(touch, Codex, new ClaimId(Id(99)))));
        Assert.Equal(claim, world.Find(claim));
    }

    [Theory]
    [MemberData(nameof(TouchingCommands))]
    public void Whose_claim_it_is_comes_before_whether_it_has_ended(string touch)
    {
        var claim = world.Granted(Codex, Repo);
        world.Do<Outcome.Ended>(Release(Codex, claim));
        world.Do<Outcome.NotClaimOwner>(Touch(touch, Claude, claim.Id));
    }

    private static ClaimCommand Touch(string touch, Caller caller, ClaimId id) => touch switch
    {
        "extend" => new ExtendClaim(caller, id, Seconds(60), WorkingSet: null),
        "declare" => new DeclareWorkingSet(caller, id, Files(AccessMode.Edit, "a")),
        "finish" => new FinishRun(caller, id, RunOutcome: null, Summary: null),
        _ => new ReleaseClaim(caller, id, ExpectedToken: null),
    };
}
