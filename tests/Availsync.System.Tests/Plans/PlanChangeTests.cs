using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Plans;

/// <summary>A plan that is changed at one edge holds at the other one too.</summary>
[Collection(PairCollection.Name)]
public sealed class PlanChangeTests(PairTarget target) : TargetTests(target)
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_changed_plan_holds_on_every_edge_within_a_second()
    {
        var workspace = await OwnWorkspace.SignUpAsync(target, Target.FiveAtOnce);
        for (var number = 0; number < 5; number++)
            Assert.Equal("proceed", (await workspace.Agent.StartAsync(NewRoot("plan"), 3600)).Action);

        // Each edge has the plan in mind before it changes, and the change comes by way of one of them.
        Assert.All(await StartEverywhereAsync(workspace), answer => Assert.Equal(402, answer.Status));
        await workspace.PutOnAsync("unlimited");
        await EverywhereAsync(workspace, answer => answer is { Status: 200, Action: "proceed" });

        // Lowered, it ends nothing and grants nothing more.
        var before = await workspace.ActiveClaimsAsync();
        await workspace.PutOnAsync("free");
        await EverywhereAsync(workspace, answer => OwnWorkspace.IsRefused(answer, "active_claims"));
        Assert.InRange(await workspace.ActiveClaimsAsync(), before, long.MaxValue);
    }

    private static Task<Answer[]> StartEverywhereAsync(OwnWorkspace workspace) =>
        Task.WhenAll(workspace.Doors.Select(door => door.StartAsync(NewRoot("plan"), 3600)));

    private static Task<TimeSpan[]> EverywhereAsync(OwnWorkspace workspace, Func<Answer, bool> isSo) =>
        Task.WhenAll(workspace.Doors.Select((door, number) => Target.UntilAsync(
            $"so at edge {number + 1}", OneSecond, async () => isSo(await door.StartAsync(NewRoot("plan"), 3600)))));
}
