using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Crashes;

/// <summary>What holds when the process that decides is killed, or asked to leave, in the middle of its work.</summary>
public abstract class CrashTests(Target target) : TargetTests(target)
{
    [Fact]
    public async Task A_kill_under_load_loses_nothing_that_was_answered()
    {
        var load = await BackgroundLoad.BeginAsync(Target.Work);
        await Target.KillAsync();
        await Target.RestartAsync();
        await load.AnsweredAsync(200);
        await load.EndAsync();

        await new LoadAudit(Target, load).PassAsync();
    }

    [Fact]
    public async Task Asked_again_after_a_kill_what_got_no_answer_makes_exactly_one_claim()
    {
        var load = await BackgroundLoad.BeginAsync(Target.Work);
        await Target.KillAsync();
        await load.EndAsync();
        Assert.NotEmpty(load.Unanswered);
        await Target.RestartAsync();
        await ServedAgainAsync();

        var audit = new LoadAudit(Target, load);
        await audit.RepeatUnansweredAsync();
        await audit.PassAsync();
    }

    [Fact]
    public async Task No_event_is_missing_after_a_kill()
    {
        await using var listener = await ListenAsync();
        var load = await BackgroundLoad.BeginAsync(Target.Work);
        await Target.KillAsync();
        await Target.RestartAsync();
        await load.AnsweredAsync(200);
        await load.EndAsync();

        await new LoadAudit(Target, load).NoFactIsMissingAsync();
        await listener.HeardAllAsync(await Target.Store.SequencesAsync(load.Prefix));
    }

    [Fact]
    public async Task Leases_that_run_out_while_it_is_dead_are_expired_within_a_second_of_its_return()
    {
        var resource = NewRoot("crash");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(number => Target.Work.StartAsync($"{resource}-{number}", 5)));
        var claims = answers.Select(answer => Granted.Of(answer.Json.GetProperty("claim"))).ToList();
        await Target.KillAsync();
        var over = claims.Max(claim => claim.ExpiresAt) - Clock.GetUtcNow();
        await Task.Delay(over + TimeSpan.FromMilliseconds(10), Clock, Target.Stopped);

        await Target.RestartAsync();
        await ServedAgainAsync();
        await Target.UntilAsync("expired in the store", TimeSpan.FromSeconds(1), async () =>
            (await Target.Store.ClaimsAsync(resource)).Count(claim => claim.Status == "expired") == claims.Count);

        var read = await Target.Work.TryReadAsync(claims[0].Id);
        Assert.Equal("expired", read!.Json.GetProperty("claim").GetProperty("status").GetString());
        Assert.Equal(claims.Count, (await Target.Store.ClaimsAsync(resource)).Count);
    }

    [Fact]
    public async Task A_token_granted_after_a_kill_is_greater_than_every_one_before()
    {
        var resource = NewRoot("crash");
        var before = Granted.Of((await Target.Work.StartAsync(resource, 600)).Json.GetProperty("claim"));
        await Target.Work.TryFinishAsync(before.Id);
        await Target.KillAsync();
        await Target.RestartAsync();
        await ServedAgainAsync();

        var answer = await Target.Work.StartAsync(resource, 600);
        var after = Granted.Of(answer.Json.GetProperty("claim"));
        Assert.True(after.Token > before.Token, $"{after} does not follow {before}.");
    }

    [Fact]
    public async Task Asked_to_leave_under_load_it_goes_by_itself_and_loses_nothing()
    {
        var load = await BackgroundLoad.BeginAsync(Target.Work);
        Assert.True(await Target.TerminateAsync(), "It did not leave by itself.");
        await Target.RestartAsync();
        await load.AnsweredAsync(200);
        await load.EndAsync();

        var audit = new LoadAudit(Target, load);
        await audit.RepeatUnansweredAsync();
        await audit.PassAsync();
        await audit.NoFactIsMissingAsync();
    }

    /// <summary>What hears events from outside; where nobody outside can, it has heard everything.</summary>
    internal virtual Task<IEventListener> ListenAsync() => Task.FromResult<IEventListener>(new Deaf());

    /// <summary>Until the first start is answered: the edge may be ready before the arbiter owns its partitions.</summary>
    private Task<TimeSpan> ServedAgainAsync() => Target.UntilAsync(
        "served again", TimeSpan.FromSeconds(10),
        async () => (await Target.Work.TryStartAsync(NewRoot("crash"), 5))?.Status == 200);

    private sealed class Deaf : IEventListener
    {
        public Task HeardAllAsync(IReadOnlyDictionary<string, long> sequences) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

[Collection(StandaloneCollection.Name)]
public sealed class StandaloneCrashTests(StandaloneTarget target) : CrashTests(target);

[Collection(StackCollection.Name)]
public sealed class StackCrashTests(StackTarget target) : CrashTests(target)
{
    internal override async Task<IEventListener> ListenAsync() => await BusListener.BindAsync(target.Broker);
}
