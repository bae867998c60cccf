using System.Globalization;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Crashes;

/// <summary>What holds when the broker or the database dies and comes back below running services.</summary>
[Collection(StackCollection.Name)]
public sealed class ServerRestartTests(StackTarget target) : TargetTests(target)
{
    [Theory]
    [InlineData("rabbitmq")]
    [InlineData("postgres")]
    public async Task The_service_is_back_after_a_kill_below_it_and_nothing_answered_is_lost(string server)
    {
        await using var listener = await BusListener.BindAsync(target.Broker);
        var load = await BackgroundLoad.BeginAsync(target.Work);
        await target.RestartServerAsync(server);
        await load.AnsweredAsync(300);
        await load.EndAsync();

        var audit = new LoadAudit(target, load);
        await audit.RepeatUnansweredAsync();
        await audit.PassAsync();
        await audit.NoFactIsMissingAsync();
        await listener.HeardAllAsync(await target.Store.SequencesAsync(load.Prefix));
    }

    [Theory]
    [InlineData("rabbitmq")]
    [InlineData("arbiter")]
    public async Task Without_a_broker_or_an_arbiter_a_start_is_refused_in_time_and_granted_once_it_is_back(string gone)
    {
        // Accounting is not asked either while the broker is away: the edge has to know the key.
        var resource = $"repo:crash/no-{gone}";
        Assert.Equal(200, (await target.Work.StartAsync($"{resource}-before", 5)).Status);
        await target.StackAsync("stop", gone);
        var began = Clock.GetTimestamp();
        var refused = await target.Work.StartAsync(resource, 60);
        var took = Clock.GetElapsedTime(began);
        await target.StackAsync("start", gone);

        Assert.Equal(503, refused.Status);
        Assert.Equal("arbiter_unavailable", refused.Error);
        var seconds = int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 60);
        Assert.InRange(took.TotalSeconds, 0, 5.5);
        await Target.UntilAsync("granted", TimeSpan.FromSeconds(30), async () =>
            (await target.Work.TryStartAsync(resource, 60))?.Status == 200);
    }
}
