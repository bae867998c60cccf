using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class DeclaringTests
{
    private const string Docs = "project:owner/repo#docs";
    private const string Tests = "project:owner/repo#tests";

    private readonly World world = new();

    [Fact]
    public void Free_files_are_granted_whole()
    {
        var claim = world.Granted(Codex, Docs);

        var answer = world.Do<Outcome.WorkingSetDeclared>(Edit(Codex, claim, "src/", "a//b", "a/b")).Answer;

        Assert.Equal(claim.Id, answer.ClaimId);
        Assert.Equal(Paths.Of("src/", "a/b"), answer.Claimed);
        Assert.Equal(Paths.Of("src/", "a/b"), answer.WorkingSet?.Paths);
        Assert.Equal(AccessMode.Edit, answer.WorkingSet?.Mode);
        Assert.Equal(claim.ExpiresAt, answer.ExpiresAt);
        Assert.Empty(answer.Blocked);
        Assert.Empty(answer.Warnings);
        Assert.Equal([new WorkingSetChanged(world.Find(claim))], world.Facts);
    }

    [Theory]
    [InlineData(AccessMode.Edit, AccessMode.Edit)]
    [InlineData(AccessMode.Edit, AccessMode.Delete)]
    [InlineData(AccessMode.Delete, AccessMode.Edit)]
    [InlineData(AccessMode.Delete, AccessMode.Delete)]
    public void Who_edits_or_deletes_excludes_whoever_edits_or_deletes(AccessMode held, AccessMode wanted)
    {
        var first = world.Granted(Codex, Docs, seconds: 300);
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, first.Id, Files(held, "src/**")));
        var second = world.Granted(Claude, Tests);

        var blocked = world.Do<Outcome.WorkingSetBlocked>(
            new DeclareWorkingSet(Claude, second.Id, Files(wanted, "src/a.cs")));

        Assert.Equal(second.Id, blocked.ClaimId);
        Assert.Equal(first.ExpiresAt, blocked.RetryAfter);
        var conflict = Assert.Single(blocked.Blocked);
        Assert.Equal("src/a.cs", conflict.Path.Text);
        Assert.Equal("src/**", conflict.ClaimPath.Text);
        Assert.Equal(BlockingClaim.Of(world.Find(first), Claude.AgentId), conflict.Claim);
        Assert.Empty(world.Facts);
        Assert.Null(world.Find(second).WorkingSet);
    }

    [Fact]
    public void An_agent_collides_with_its_own_other_claim_and_is_told_so()
    {
        world.Editing(Codex, Docs, "src/");
        var blocked = world.Do<Outcome.WorkingSetBlocked>(Edit(Codex, world.Granted(Codex, Tests), "src/a"));
        Assert.True(Assert.Single(blocked.Blocked).Claim.OwnedByYou);
    }

    [Fact]
    public void A_reader_blocks_nobody()
    {
        var reader = world.Granted(Codex, Docs);
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, reader.Id, Files(AccessMode.Read, "src/")));
        world.Editing(Claude, Tests, "src/a");
    }

    [Fact]
    public void A_reader_is_not_blocked_but_told_of_the_editors()
    {
        var editor = world.Editing(Claude, Tests, "src/a.cs");
        var reader = world.Granted(Codex, Docs);

        var answer = world.Do<Outcome.WorkingSetDeclared>(
            new DeclareWorkingSet(Codex, reader.Id, Files(AccessMode.Read, "src/", "docs/"))).Answer;

        Assert.Equal(Paths.Of("src/", "docs/"), answer.Claimed);
        Assert.Empty(answer.Blocked);
        Assert.Equal(
            [new PathConflict(Paths.Path("src/"), BlockingClaim.Of(editor, Codex.AgentId), Paths.Path("src/a.cs"))],
            answer.Warnings);
    }

    [Fact]
    public void What_is_partly_free_is_granted_in_part_and_lets_the_rest_go()
    {
        world.Editing(Codex, Docs, "docs/");
        var claim = world.Editing(Claude, Tests, "tests/", "old.md");

        var answer = world.Do<Outcome.WorkingSetDeclared>(Edit(Claude, claim, "tests/", "docs/a.md", "new.md")).Answer;

        Assert.Equal(Paths.Of("tests/", "new.md"), answer.Claimed);
        Assert.Equal(["docs/a.md"], answer.Blocked.Select(b => b.Path.Text));
        Assert.Equal(Paths.Of("tests/", "new.md"), world.Find(claim).WorkingSet?.Paths);
        world.Do<Outcome.WorkingSetDeclared>(Edit(Codex, world.Granted(Codex, "project:owner/repo#more"), "old.md"));
    }

    [Theory]
    [InlineData(WorkingSetOperation.Replace)]
    [InlineData(WorkingSetOperation.Add)]
    public void A_declaration_that_is_blocked_whole_changes_nothing(WorkingSetOperation operation)
    {
        world.Editing(Codex, Docs, "docs/");
        var claim = world.Editing(Claude, Tests, "tests/");
        var before = world.Root("repo:owner/repo");

        world.Do<Outcome.WorkingSetBlocked>(new DeclareWorkingSet(
            Claude, claim.Id, Files(AccessMode.Edit, "docs/a", "docs/b") with { Operation = operation }));

        Assert.Empty(world.Facts);
        Assert.Equal(before, world.Root("repo:owner/repo"));
    }

    [Fact]
    public void Each_blocked_path_names_what_is_in_its_way_and_the_answer_when_the_first_of_them_ends()
    {
        world.Editing(Codex, Docs, "docs/");
        world.Pass(60);
        var tests = world.Editing(Codex, Tests, "tests/*.cs");
        var lease = Files(AccessMode.Edit, "tests/*.cs") with { LeaseSeconds = 30 };
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, tests.Id, lease));
        var claim = world.Granted(Claude, "project:owner/repo#more");

        var blocked = world.Do<Outcome.WorkingSetBlocked>(Edit(Claude, claim, "tests/a.cs", "docs/x/y"));

        Assert.Equal(["tests/a.cs", "docs/x/y"], blocked.Blocked.Select(b => b.Path.Text));
        Assert.Equal(["tests/*.cs", "docs/"], blocked.Blocked.Select(b => b.ClaimPath.Text));
        Assert.Equal(world.Now.AddSeconds(30), blocked.RetryAfter);
    }

    [Fact]
    public void Added_paths_come_on_top_and_removed_ones_go()
    {
        var claim = world.Editing(Codex, Docs, "a", "b");

        var added = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Edit, "b", "c") with { Operation = WorkingSetOperation.Add })).Answer;
        Assert.Equal(Paths.Of("b", "c"), added.Claimed);
        Assert.Equal(Paths.Of("a", "b", "c"), added.WorkingSet?.Paths);

        var removed = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Edit, "a", "z") with { Operation = WorkingSetOperation.Remove })).Answer;
        Assert.Empty(removed.Claimed);
        Assert.Equal(Paths.Of("b", "c"), removed.WorkingSet?.Paths);

        var emptied = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Edit, "b", "c") with { Operation = WorkingSetOperation.Remove })).Answer;
        Assert.Null(emptied.WorkingSet);
        Assert.Null(emptied.ExpiresAt);
        Assert.Null(world.Find(claim).WorkingSet);
    }

    [Fact]
    public void A_part_of_what_is_added_may_be_blocked_and_the_rest_stays()
    {
        world.Editing(Claude, Tests, "tests/");
        var claim = world.Editing(Codex, Docs, "docs/");

        var answer = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex,
            claim.Id,
            Files(AccessMode.Edit, "tests/a", "src/") with { Operation = WorkingSetOperation.Add })).Answer;

        Assert.Equal(Paths.Of("src/"), answer.Claimed);
        Assert.Equal(Paths.Of("docs/", "src/"), world.Find(claim).WorkingSet?.Paths);
    }

    [Theory]
    [InlineData(WorkingSetOperation.Add)]
    [InlineData(WorkingSetOperation.Remove)]
    public void A_working_set_has_one_mode(WorkingSetOperation operation)
    {
        var claim = world.Editing(Codex, Docs, "a");

        var invalid = world.Do<Outcome.Invalid>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Delete, "a") with { Operation = operation }));

        Assert.Equal("mode", invalid.Field);
        Assert.Empty(world.Facts);
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, claim.Id, Files(AccessMode.Delete, "a")));
        Assert.Equal(AccessMode.Delete, world.Find(claim).WorkingSet?.Mode);
    }

    [Fact]
    public void A_working_set_never_grows_past_a_thousand_paths()
    {
        var names = Enumerable.Range(0, 1000).Select(i => $"src/{i}").ToArray();
        var claim = world.Editing(Codex, Docs, names);

        var invalid = world.Do<Outcome.Invalid>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Edit, "one-more") with { Operation = WorkingSetOperation.Add }));

        Assert.Equal("paths", invalid.Field);
        Assert.Equal(1000, world.Find(claim).WorkingSet?.Paths.Count);
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Edit, "src/7") with { Operation = WorkingSetOperation.Add }));
    }

    [Fact]
    public void The_resource_it_names_must_be_the_claims_own()
    {
        var claim = world.Granted(Codex, "repo:owner/repo");
        var files = Files(AccessMode.Edit, "a");

        var invalid = world.Do<Outcome.Invalid>(
            new DeclareWorkingSet(Codex, claim.Id, files with { Resource = Resource("repo:owner/other") }));
        Assert.Equal("resource", invalid.Field);
        Assert.Null(world.Find(claim).WorkingSet);

        var same = Resource("repo:https://github.com/OWNER/REPO");
        world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, claim.Id, files with { Resource = same }));
    }

    [Fact]
    public void Files_on_different_roots_never_collide()
    {
        world.Editing(Codex, "repo:owner/repo", "src/");
        world.Editing(Claude, "repo:owner/other", "src/");
    }

    [Fact]
    public void Its_own_lease_ends_a_working_set_before_the_claim()
    {
        var claim = world.Granted(Codex, Docs, seconds: 600);
        var answer = world.Do<Outcome.WorkingSetDeclared>(
            new DeclareWorkingSet(Codex, claim.Id, Files(AccessMode.Edit, "src/") with { LeaseSeconds = 30 })).Answer;
        Assert.Equal(Morning.AddSeconds(30), answer.ExpiresAt);
        var other = world.Granted(Claude, Tests);

        world.Pass(29.999);
        var blocked = world.Do<Outcome.WorkingSetBlocked>(Edit(Claude, other, "src/a"));
        Assert.Equal(Morning.AddSeconds(30), blocked.RetryAfter);
        world.Pass(0.001);
        world.Do<Outcome.WorkingSetDeclared>(Edit(Claude, other, "src/a"));

        Assert.Null(world.Find(claim).AsOf(world.Now).WorkingSet);
        Assert.Equal(ClaimStatus.Active, world.Find(claim).AsOf(world.Now).Status);
    }

    [Fact]
    public void Its_lease_never_goes_past_the_claims_expiry()
    {
        var claim = world.Granted(Codex, Docs, seconds: 60);
        var lease = Files(AccessMode.Edit, "src/") with { LeaseSeconds = 86_400 };
        var answer = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(Codex, claim.Id, lease)).Answer;
        Assert.Equal(claim.ExpiresAt, answer.ExpiresAt);
    }

    [Fact]
    public void What_is_added_to_a_lapsed_working_set_does_not_bring_it_back()
    {
        var claim = world.Granted(Codex, Docs, seconds: 600);
        world.Do<Outcome.WorkingSetDeclared>(
            new DeclareWorkingSet(Codex, claim.Id, Files(AccessMode.Edit, "src/") with { LeaseSeconds = 30 }));
        world.Pass(30);

        var answer = world.Do<Outcome.WorkingSetDeclared>(new DeclareWorkingSet(
            Codex, claim.Id, Files(AccessMode.Delete, "docs/") with { Operation = WorkingSetOperation.Add })).Answer;

        Assert.Equal(Paths.Of("docs/"), answer.WorkingSet?.Paths);
        Assert.Equal(claim.ExpiresAt, answer.ExpiresAt);
    }

    [Fact]
    public void The_files_of_a_claim_last_as_long_as_the_claim_is_extended()
    {
        var claim = world.Editing(Codex, Docs, "src/");
        world.Do<Outcome.Extended>(Extend(Codex, claim, 1200));
        var other = world.Granted(Claude, Tests, seconds: 3600);
        world.Pass(1199);
        world.Do<Outcome.WorkingSetBlocked>(Edit(Claude, other, "src/a"));
        world.Pass(1);
        world.Do<Outcome.WorkingSetDeclared>(Edit(Claude, other, "src/a"));
    }

    [Fact]
    public void An_ended_claim_declares_nothing()
    {
        var claim = world.Editing(Codex, Docs, "src/");
        world.Do<Outcome.Ended>(Release(Jane, claim));
        Assert.Equal(
            new Outcome.ClaimNotActive(claim.Id, ClaimStatus.Revoked, PreemptedBy: null),
            world.Do(Edit(Codex, claim, "a")));
        world.Editing(Claude, Tests, "src/");
    }
}
