using System.Collections.Concurrent;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Traffic;

/// <summary>A burst of records drains without loss, and claims do not wait for it.</summary>
[Collection(PairCollection.Name)]
public sealed class BurstTests(PairTarget target) : TargetTests(target)
{
    private const int Records = 100_000;
    private const int Before = 200;
    private const double SlowerAtMost = 3;
    private static readonly TimeSpan Allowance = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainedWithin = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_hundred_thousand_records_drain_without_loss_while_starts_stay_quick()
    {
        var workspace = await OwnWorkspace.SignUpAsync(target, "unlimited");
        var light = new LightLoad(target.Work);
        await Target.UntilAsync("measured", TimeSpan.FromSeconds(30), () => Task.FromResult(light.Count >= Before));
        var before = light.MedianSoFar();

        var began = Clock.GetTimestamp();
        await new RecordsOnTheBus(target.Broker, workspace).PublishAsync(Records);
        var published = Clock.GetElapsedTime(began);
        await Target.UntilAsync("drained", DrainedWithin, async () =>
            await target.Accounts.CallsRecordedAsync(workspace.Id) >= Records);
        var drained = Clock.GetElapsedTime(began);
        var meanwhile = light.MedianSoFar();
        await light.EndAsync();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Records} records: published in {published.TotalSeconds:F1} s, drained in {drained.TotalSeconds:F1} s; "
            + $"a start's median was {before.TotalMilliseconds:F1} ms, meanwhile {meanwhile.TotalMilliseconds:F1} ms");

        // What comes twice may still be on its way: it must change nothing.
        var marker = await workspace.Agent.StartAsync(NewRoot("marker"), 60);
        await Target.UntilAsync("told of the call behind the burst", DrainedWithin, async () =>
            await target.Accounts.CallsRecordedAsync(workspace.Id) > Records);
        var requests = await target.Accounts.RequestsAsync(workspace.Id);
        var sent = Enumerable.Range(0, Records).Select(number => $"burst-{number}").Append(marker.RequestId);
        Assert.Equal(sent.Order(StringComparer.Ordinal), requests.Order(StringComparer.Ordinal));
        Assert.Equal(Records + 1, await target.Accounts.CallsSummedAsync(workspace.Id));
        Assert.InRange(meanwhile, TimeSpan.Zero, before * SlowerAtMost + Allowance);
    }

    /// <summary>One agent that starts and finishes one run after another, and looks at its watch.</summary>
    private sealed class LightLoad
    {
        private readonly WorkClient _work;
        private readonly Task _running;
        private ConcurrentBag<TimeSpan> _starts = [];
        private volatile bool _over;

        public LightLoad(WorkClient work)
        {
            _work = work;
            _running = Task.Run(RunAsync);
        }

        public int Count => _starts.Count;

        /// <summary>Of all starts since this was asked for the last time.</summary>
        public TimeSpan MedianSoFar()
        {
            var starts = Interlocked.Exchange(ref _starts, []).Order().ToList();
            Assert.NotEmpty(starts);
            return starts[starts.Count / 2];
        }

        public async Task EndAsync()
        {
            _over = true;
            await _running;
        }

        private async Task RunAsync()
        {
            while (!_over)
            {
                var began = Clock.GetTimestamp();
                var answer = await _work.StartAsync(NewRoot("light"), 60);
                _starts.Add(Clock.GetElapsedTime(began));
                Assert.Equal("proceed", answer.Action);
                await _work.TryFinishAsync(Granted.Of(answer.Json.GetProperty("claim")).Id);
                await Task.Delay(TimeSpan.FromMilliseconds(5), Clock);
            }
        }
    }
}
