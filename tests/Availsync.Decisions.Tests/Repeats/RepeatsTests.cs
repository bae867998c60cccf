using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class RepeatsTests
{
    private readonly World world = new();

    [Fact]
    public void A_new_key_is_no_repeat() => Assert.Null(Decisions.Repeats.Find(recorded: null, Stamp("body"), "r2"));

    [Fact]
    public void The_same_body_gets_the_first_answer_under_the_first_request_id()
    {
        var granted = world.Do(Start(Codex, "repo:owner/repo"));
        Assert.Equal(
            new Reply.Answered(granted, "r1", Replayed: true, ClaimStatus: null),
            Decisions.Repeats.Find(new RecordedAnswer("body", granted, "r1"), Stamp("body"), "r2"));
    }

    [Fact]
    public void Another_body_is_told_that_the_key_was_reused()
    {
        var granted = world.Do(Start(Codex, "repo:owner/repo"));
        Assert.Equal(
            new Reply.Answered(new Outcome.KeyReused(), "r2", Replayed: false, ClaimStatus: null),
            Decisions.Repeats.Find(new RecordedAnswer("body", granted, "r1"), Stamp("other"), "r2"));
    }

    [Fact]
    public void Every_final_answer_is_kept_but_those_that_blame_the_form()
    {
        var claim = world.Granted(Codex, "repo:owner/repo");
        Assert.True(Decisions.Repeats.IsKept(new Outcome.Granted(claim)));
        Assert.True(Decisions.Repeats.IsKept(world.Do(Start(Claude, "repo:owner/repo"))));
        Assert.True(Decisions.Repeats.IsKept(new Outcome.NotFound("claim")));
        Assert.True(Decisions.Repeats.IsKept(new Outcome.NotClaimOwner()));
        Assert.True(Decisions.Repeats.IsKept(new Outcome.AgentMismatch()));
        Assert.True(Decisions.Repeats.IsKept(
            new Outcome.ClaimNotActive(claim.Id, ClaimStatus.Expired, PreemptedBy: null)));
        Assert.False(Decisions.Repeats.IsKept(new Outcome.Invalid("mode", "…")));
        Assert.False(Decisions.Repeats.IsKept(new Outcome.KeyReused()));
    }

    [Fact]
    public void An_answer_names_the_callers_own_claim_and_nobody_elses()
    {
        var claim = world.Granted(Codex, "repo:owner/repo");
        Assert.Equal(claim.Id, Decisions.Repeats.NamedClaim(new Outcome.Granted(claim)));
        Assert.Equal(claim.Id, Decisions.Repeats.NamedClaim(world.Do(Edit(Codex, claim, "a"))));
        Assert.Equal(
            claim.Id,
            Decisions.Repeats.NamedClaim(world.Do(Extend(Codex, claim, 900))));
        Assert.Null(Decisions.Repeats.NamedClaim(world.Do(Start(Claude, "repo:owner/repo"))));
        Assert.Null(Decisions.Repeats.NamedClaim(world.Do(Finish(Claude, claim))));
        Assert.Equal(
            claim.Id,
            Decisions.Repeats.NamedClaim(world.Do(Finish(Codex, claim))));
    }

    private static IdempotencyStamp Stamp(string bodyHash) =>
        IdempotencyKey.TryParse("key-1", out var key)
            ? new IdempotencyStamp(Org, Codex.AgentId, "POST /v1/work/run/start", key, bodyHash)
            : throw new InvalidOperationException();
}
