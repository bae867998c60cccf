using System.Diagnostics;
using System.Text.RegularExpressions;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Fleet;

/// <summary>Arbiters come and go under load: whoever asks notices nothing, or not for long.</summary>
[Collection(PairCollection.Name)]
public sealed partial class ScaleTests(PairTarget target) : TargetTests(target)
{
    private static readonly TimeSpan Gently = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_third_arbiter_gets_its_share_within_ten_seconds_and_gives_it_back_and_no_request_fails()
    {
        await FleetView.UntilSharedAsync(target, 2, Long);
        var storm = await Storm.BeginAsync(await OwnWorkspace.SignUpAsync(target, "unlimited"), Gently);

        var began = Clock.GetTimestamp();
        var starting = target.StackAsync(
            "up", "--no-build", "--configuration", Checkout.Configuration, "--arbiters", "3", "--edges", "2");
        await Target.UntilAsync("heard of", Long, async () => (await FleetView.TryReadAsync(target, 1))?.Live == 3);
        var heardOf = Clock.GetElapsedTime(began);
        var took = await FleetView.UntilSharedAsync(target, 3, Within);
        await starting;
        await storm.AnsweredAsync(300);

        began = Clock.GetTimestamp();
        await target.StackAsync("stop", "arbiter", "3");
        var stopped = Clock.GetElapsedTime(began);
        await FleetView.UntilSharedAsync(target, 2, Within);
        var backAgain = Clock.GetElapsedTime(began);
        await storm.AnsweredAsync(300);
        await storm.EndAsync();
        Say($"third arbiter: heard of {heardOf.TotalSeconds:F1} s after its start command, its share {took.TotalSeconds:F2} s"
            + $" later; stopped in {stopped.TotalSeconds:F1} s, its share elsewhere after {backAgain.TotalSeconds:F1} s;"
            + $" {storm.Calls.Count} calls, {storm.Outages.Count} of them refused");
        NothingFailed(storm);
    }

    [Fact]
    public async Task A_graceful_stop_costs_no_request()
    {
        await FleetView.UntilSharedAsync(target, 2, Long);
        var storm = await Storm.BeginAsync(await OwnWorkspace.SignUpAsync(target, "unlimited"), Gently);
        try
        {
            var said = await target.StackAsync("stop", "arbiter", "2");
            Assert.DoesNotContain("killing it", said, StringComparison.Ordinal);
            await FleetView.UntilSharedAsync(target, 1, Within);
            await storm.AnsweredAsync(300);
        }
        finally
        {
            await target.StackAsync("start", "arbiter", "2");
        }

        await FleetView.UntilSharedAsync(target, 2, Within);
        await storm.AnsweredAsync(300);
        await storm.EndAsync();
        Say($"graceful stop and start: {storm.Calls.Count} calls, {storm.Outages.Count} of them refused");
        NothingFailed(storm);
    }

    [Fact]
    public async Task What_one_that_is_killed_has_served_is_served_again_within_ten_seconds()
    {
        await FleetView.UntilSharedAsync(target, 2, Long);
        var load = await BackgroundLoad.BeginAsync(target.Work);
        var began = Clock.GetTimestamp();
        await target.StackAsync("kill", "arbiter", "2");
        try
        {
            await Target.UntilAsync("the other's", Within, async () =>
                await FleetView.TryReadAsync(target, 1) is { } view && view.Owners.All(o => o == view.Instance));
            var taken = Clock.GetElapsedTime(began);
            var served = await ServedEverywhereAsync(began);
            Say($"kill -9: partitions taken after {taken.TotalSeconds:F1} s, all served after {served.TotalSeconds:F1} s");
            Assert.InRange(served, TimeSpan.Zero, Within);
        }
        finally
        {
            await target.StackAsync("start", "arbiter", "2");
        }

        await FleetView.UntilSharedAsync(target, 2, Within);
        await load.AnsweredAsync(200);
        await load.EndAsync();
        var audit = new LoadAudit(target, load);
        await audit.RepeatUnansweredAsync();
        await audit.PassAsync();
        await audit.NoFactIsMissingAsync();
    }

    [Fact]
    public async Task One_that_stands_still_loses_its_partitions_and_does_no_harm_when_it_wakes_up()
    {
        await FleetView.UntilSharedAsync(target, 2, Long);
        var load = await BackgroundLoad.BeginAsync(target.Work);
        var began = Clock.GetTimestamp();
        await SignalAsync("STOP");
        try
        {
            await Target.UntilAsync("the other's", Within, async () =>
                await FleetView.TryReadAsync(target, 1) is { } view && view.Owners.All(o => o == view.Instance));
            var taken = Clock.GetElapsedTime(began);

            // Its connections stand, so what it was sent before is only given up when its time is over.
            var served = await ServedEverywhereAsync(began);
            Say($"SIGSTOP: partitions taken after {taken.TotalSeconds:F1} s, all served elsewhere after {served.TotalSeconds:F1} s");
            Assert.InRange(served, TimeSpan.Zero, Within + TimeSpan.FromSeconds(5));
        }
        finally
        {
            await SignalAsync("CONT");
        }

        await FleetView.UntilSharedAsync(target, 2, Within);
        await load.AnsweredAsync(200);
        await load.EndAsync();
        var audit = new LoadAudit(Target, load);
        await audit.RepeatUnansweredAsync();
        await audit.PassAsync();
        await audit.NoFactIsMissingAsync();
    }

    [Fact]
    public async Task The_number_of_partitions_is_changed_when_all_have_stopped_and_claims_go_on()
    {
        var resource = NewRoot("resize");
        var before = Granted.Of((await target.Work.StartAsync(resource, 600)).Json.GetProperty("claim"));
        Assert.Contains("while an arbiter runs", await RefusedAsync(), StringComparison.Ordinal);
        foreach (var service in Services) await target.StackAsync(["stop", .. service]);
        try
        {
            // What was on its way to an arbiter lives for five seconds more, and the command says so.
            var said = "";
            await Target.UntilAsync("drained", Within, async () =>
            {
                (var exit, said) = await target.TryStackAsync("partitions", "resize", "--to", "8");
                if (exit != 0) Assert.Contains("try again in a few seconds", said, StringComparison.Ordinal);
                return exit == 0;
            });
            Assert.Contains("has 8", said, StringComparison.Ordinal);
            Assert.Contains("has 16", await target.StackAsync("partitions", "resize", "--to", "16"), StringComparison.Ordinal);
        }
        finally
        {
            foreach (var service in Services.Reverse()) await target.StackAsync(["start", .. service]);
        }

        Assert.Equal("skip_run", (await target.Work.StartAsync(resource, 600)).Action);
        Assert.Equal("finished", (await target.Work.TryFinishAsync(before.Id))!.Action);
        var after = Granted.Of((await target.Work.StartAsync(resource, 600)).Json.GetProperty("claim"));
        Assert.True(after.Token > before.Token);
    }

    private static string[][] Services { get; } =
        [["edge", "1"], ["edge", "2"], ["arbiter", "1"], ["arbiter", "2"]];

    /// <summary>To the second arbiter, by its process id.</summary>
    private async Task SignalAsync(string signal)
    {
        var (_, status) = await target.TryStackAsync("status"); // It fails where others have been stopped before.
        var pid = Pid().Match(status).Groups[1].Value;
        Assert.NotEmpty(pid);
        using var sent = Process.Start("bash", ["-c", $"kill -{signal} {pid}"]);
        await sent.WaitForExitAsync();
        Assert.Equal(0, sent.ExitCode);
    }

    [GeneratedRegex(@"^arbiter-2 +up +pid (\d+)", RegexOptions.Multiline)]
    private static partial Regex Pid();

    private static void NothingFailed(Storm storm)
    {
        Assert.Empty(storm.Outages);
        Assert.Equal(0, storm.Silences);
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    /// <summary>So many roots that every partition has some.</summary>
    private async Task<TimeSpan> ServedEverywhereAsync(long began)
    {
        var roots = Enumerable.Range(0, 160).Select(n => NewRoot($"served-{n}")).ToList();
        await Task.WhenAll(roots.Select(root => Target.UntilAsync("served", Within, async () =>
            (await target.Work.TryStartAsync(root, 5))?.Status == 200)));
        return Clock.GetElapsedTime(began);
    }

    private async Task<string> RefusedAsync()
    {
        var (exit, said) = await target.TryStackAsync("partitions", "resize", "--to", "8");
        Assert.Equal(1, exit);
        return said;
    }
}
