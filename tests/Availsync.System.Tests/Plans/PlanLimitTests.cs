using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Plans;

/// <summary>A plan's number of claims is exact, however many want one at once and whoever dies meanwhile.</summary>
public abstract class PlanLimitTests(Target target) : TargetTests(target)
{
    private const int Limit = 5;
    private const int Crowd = 100;

    [Fact]
    public async Task A_hundred_simultaneous_starts_on_the_free_plan_make_five_claims()
    {
        var workspace = await OwnWorkspace.SignUpAsync(Target);
        var prefix = NewRoot("free");
        var answers = await CrowdAsync(workspace, prefix);

        Assert.Equal(Limit, answers.Count(answer => answer is { Status: 200, Action: "proceed" }));
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        Assert.Equal(Crowd - Limit, refused.Count);
        Assert.All(refused, answer =>
        {
            Assert.True(OwnWorkspace.IsRefused(answer, "active_claims"), $"{answer.Status} {answer.Error}");
            Assert.Equal(Limit, answer.Json.GetProperty("limit").GetProperty("used").GetInt64());
            Assert.Equal(Limit, answer.Json.GetProperty("limit").GetProperty("max").GetInt64());
        });
        Assert.Equal(Limit, (await Target.Store.ClaimsAsync(prefix)).Count);
        Assert.Equal(Limit, await workspace.ActiveClaimsAsync());
    }

    [Fact]
    public async Task Claims_that_end_make_room_for_as_many_of_the_next_hundred()
    {
        var workspace = await OwnWorkspace.SignUpAsync(Target, Target.FiveAtOnce);
        var prefix = NewRoot("room");
        for (var round = 1; round <= 10; round++)
        {
            var answers = await CrowdAsync(workspace, $"{prefix}-{round}");
            var claims = answers.Where(answer => answer.Status == 200)
                .Select(answer => Granted.Of(answer.Json.GetProperty("claim"))).ToList();
            Assert.Equal(Limit, claims.Count);
            Assert.Equal(Crowd - Limit, answers.Count(answer => OwnWorkspace.IsRefused(answer, "active_claims")));

            var ends = await Task.WhenAll(claims.Select(claim => workspace.Agent.TryFinishAsync(claim.Id)));
            Assert.All(ends, end => Assert.Equal("finished", end!.Action));
        }

        Assert.Equal(0, await workspace.ActiveClaimsAsync());
        Assert.Equal(Limit, Watch.Peak(await Target.Store.LeasesAsync(workspace.Id)));
    }

    [Fact]
    public Task The_limit_holds_through_a_kill_of_whoever_decides() =>
        HoldsThroughAsync(Target.KillAsync, Target.RestartAsync);

    private protected async Task HoldsThroughAsync(Func<Task> kill, Func<Task> restart)
    {
        var workspace = await OwnWorkspace.SignUpAsync(Target, Target.FiveAtOnce);
        using var watch = Watch.Begin(Target, workspace.Id);
        var storm = await Storm.BeginAsync(workspace);
        await kill();
        await restart();
        await storm.AnsweredAsync(500);
        await storm.EndAsync();

        Assert.InRange(await watch.EndAsync(), 1, Limit);
        Assert.True(storm.Refused > 0, "The plan was in nobody's way.");
        await CountedRightAsync(workspace, storm);
    }

    private async Task CountedRightAsync(OwnWorkspace workspace, Storm storm)
    {
        // Whatever still runs was left to its lease; an expiry between two counts would set them apart.
        await Target.UntilAsync("expired in the store", TimeSpan.FromSeconds(6), async () =>
            (await Target.Store.ActiveLeasesAsync(workspace.Id)).Count == 0);
        var left = await workspace.Agent.StartAsync(NewRoot("left"), 3600);
        Assert.Equal("proceed", left.Action);

        var leases = await Target.Store.LeasesAsync(workspace.Id);
        Assert.Equal(1, leases.Count(lease => lease.Status == "active"));
        Assert.Equal(1, await workspace.ActiveClaimsAsync());
        Assert.Equal(
            [.. storm.Granted.Select(claim => claim.Id).Append(Granted.Of(left.Json.GetProperty("claim")).Id).Order()],
            leases.Select(lease => lease.Id).Order());
        Assert.InRange(Watch.Peak(leases), 1, Limit);
    }

    private static Task<Answer[]> CrowdAsync(OwnWorkspace workspace, string prefix) => Task.WhenAll(
        Enumerable.Range(0, Crowd).Select(number => workspace.Doors[number % workspace.Doors.Count]
            .StartAsync($"{prefix}-{number}", 3600)));
}

[Collection(StandaloneCollection.Name)]
public sealed class StandalonePlanLimitTests(StandaloneTarget target) : PlanLimitTests(target);

[Collection(PairCollection.Name)]
public sealed class PairPlanLimitTests(PairTarget target) : PlanLimitTests(target)
{
    [Fact]
    public Task The_limit_holds_through_a_kill_of_accounting() => HoldsThroughAsync(
        () => target.StackAsync("kill", "accounting"), () => target.StackAsync("start", "accounting"));
}
