using Availsync.Contracts;
using CsCheck;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

/// <summary>What holds of plans in every history; see <see cref="HistoryProperties"/> for how to repeat a red run.</summary>
public sealed class PlanProperties
{
    private const int Runs = 10_000;

    private enum Deed
    {
        Start, Rehearse, Finish, Revoke, Extend, Pass,
    }

    private static readonly Gen<Step[]> Histories = (
        from deed in Gen.Frequency(
            (6, Gen.Const(Deed.Start)), (1, Gen.Const(Deed.Rehearse)), (2, Gen.Const(Deed.Finish)),
            (1, Gen.Const(Deed.Revoke)), (1, Gen.Const(Deed.Extend)), (2, Gen.Const(Deed.Pass)))
        from resource in Gen.Int[0, 7]
        from claim in Gen.Int[0, 4]
        from seconds in Gen.OneOf(5, 10, 60)
        from claims in Gen.Int[0, 4]
        from resources in Gen.Int[0, 6]
        select new Step(deed, resource, claim, seconds, claims, resources)).Array[1, 40];

    [Fact]
    public void A_start_on_a_free_resource_is_granted_just_where_the_true_count_leaves_room() => Histories.Sample(steps =>
    {
        var world = new World();
        var claims = new List<Claim>();
        foreach (var step in steps)
        {
            var before = world.Room;
            var isProtected = world.Root(Resource(Name(step.Resource)).Root).Resources.Count > 0;
            var hasRoom = before.ActiveClaims < step.Claims
                && (isProtected || before.ProtectedResources < step.Resources);
            if (Take(world, claims, step) is not { } outcome) continue;
            Assert.Equal(before.After(world.Facts), world.Room);
            if (step.Deed == Deed.Start && outcome is not Outcome.Skipped)
                Assert.Equal(hasRoom, outcome is Outcome.Granted);
            if (outcome is Outcome.PlanLimitReached) Assert.Equal(before, world.Room);
        }
    }, iter: Runs);

    private static Outcome? Take(World world, List<Claim> claims, Step step)
    {
        if (step.Deed == Deed.Pass)
        {
            world.Pass(step.Seconds);
            return null;
        }

        var plan = PlanRoomTests.Plan(step.Claims, step.Resources);
        var start = Start(Codex, Name(step.Resource), step.Seconds) with { Plan = plan };
        var claim = claims.Count == 0 ? null : claims[Math.Max(0, claims.Count - 1 - step.Claim)];
        var outcome = step.Deed switch
        {
            Deed.Start => world.Do(start),
            Deed.Rehearse => world.Do(
                start with { Resource = Resource($"project:r{step.Resource}"), IsRehearsal = true }),
            Deed.Finish when claim is not null => world.Do(Finish(Codex, claim)),
            Deed.Revoke when claim is not null => world.Do(new RevokeClaim(claim.Id, Org)),
            Deed.Extend when claim is not null => world.Do(Extend(Codex, claim, step.Seconds)),
            _ => null,
        };
        if (outcome is Outcome.Granted granted) claims.Add(granted.Claim);
        return outcome;
    }

    /// <param name="Claims">How many claims the plan allows by then.</param>
    /// <param name="Resources">How many protected resources.</param>
    private sealed record Step(Deed Deed, int Resource, int Claim, int Seconds, int Claims, int Resources);

    private static string Name(int number) => $"repo:owner/repo-{number}";
}
