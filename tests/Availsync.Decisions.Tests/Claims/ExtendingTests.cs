using Availsync.Contracts;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

public sealed class ExtendingTests
{
    private const string Repo = "repo:owner/repo";
    private const int Day = 86_400;

    private readonly World world = new();

    [Theory]
    [InlineData(600, 100, 600, 700)]
    [InlineData(600, 100, 500, 600)]
    [InlineData(600, 100, 5, 600)]
    [InlineData(600, 599, 600, 1199)]
    [InlineData(600, 300, Day, Day)]
    [InlineData(Day, 1, Day, Day)]
    [InlineData(Day, Day - 1, 600, Day)]
    public void The_new_expiry_is_never_earlier_and_never_past_24_hours_from_the_start(
        int leased, int after, int extension, int expiry)
    {
        var claim = world.Granted(Codex, Repo, leased);
        world.Pass(after);

        var extended = world.Do<Outcome.Extended>(Extend(Codex, claim, extension)).Claim;

        Assert.Equal(claim with { ExpiresAt = Morning.AddSeconds(expiry) }, extended);
        Assert.Equal(extended, world.Find(claim));
        Assert.Equal(expiry > leased ? [new ClaimExtended(extended)] : [], world.Facts);
    }

    [Fact]
    public void Who_extends_before_the_expiry_keeps_the_resource_past_it()
    {
        var claim = world.Granted(Codex, Repo, seconds: 60);
        world.Pass(59);
        world.Do<Outcome.Extended>(Extend(Codex, claim, 60));
        world.Pass(59);
        Assert.Equal(Morning.AddSeconds(119), world.Do<Outcome.Skipped>(Start(Claude, Repo)).RetryAfter);
    }

    [Theory]
    [InlineData(ClaimStatus.Released)]
    [InlineData(ClaimStatus.Revoked)]
    public void An_ended_claim_is_not_extended(ClaimStatus status)
    {
        var claim = world.Granted(Codex, Repo);
        world.Do<Outcome.Ended>(Release(status == ClaimStatus.Revoked ? Jane : Codex, claim));

        Assert.Equal(
            new Outcome.ClaimNotActive(claim.Id, status, PreemptedBy: null),
            world.Do(Extend(Codex, claim, 600)));
        Assert.Empty(world.Facts);
    }

    [Fact]
    public void Files_come_with_the_extension()
    {
        var claim = world.Granted(Codex, Repo);
        world.Pass(60);

        var extended = world.Do<Outcome.Extended>(
            new ExtendClaim(Codex, claim.Id, Seconds(900), Files(AccessMode.Edit, "src/")));

        Assert.Equal(Morning.AddSeconds(960), extended.Claim.ExpiresAt);
        Assert.Equal(Morning.AddSeconds(960), extended.WorkingSet?.ExpiresAt);
        Assert.Equal(Paths.Of("src/"), extended.Claim.WorkingSet?.Paths);
        Assert.Equal(Paths.Of("src/"), world.Find(claim).WorkingSet?.Paths);
        Assert.Collection(
            world.Facts, f => Assert.IsType<ClaimExtended>(f), f => Assert.IsType<WorkingSetChanged>(f));
    }

    [Fact]
    public void Where_its_files_are_blocked_nothing_is_extended()
    {
        world.Editing(Claude, "project:owner/repo#docs", "docs/");
        var claim = world.Editing(Codex, "project:owner/repo#tests", "tests/");
        world.Pass(60);

        var blocked = world.Do<Outcome.WorkingSetBlocked>(
            new ExtendClaim(Codex, claim.Id, Seconds(900), Files(AccessMode.Edit, "docs/a.md")));

        Assert.Equal(["docs/a.md"], blocked.Blocked.Select(b => b.Path.Text));
        Assert.Empty(world.Facts);
        Assert.Equal(claim, world.Find(claim));
    }

    [Fact]
    public void A_bad_declaration_extends_nothing_either()
    {
        var claim = world.Editing(Codex, Repo, "src/");
        world.Pass(60);

        var invalid = world.Do<Outcome.Invalid>(new ExtendClaim(
            Codex, claim.Id, Seconds(900), Files(AccessMode.Read, "x") with { Operation = WorkingSetOperation.Add }));

        Assert.Equal("mode", invalid.Field);
        Assert.Empty(world.Facts);
        Assert.Equal(claim, world.Find(claim));
    }
}
