using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;
using RabbitMQ.Client;

namespace Availsync.System.Tests.Outside;

/// <summary>The examples do what their descriptions say, with no more rights than somebody outside has.</summary>
[Collection(StackCollection.Name)]
public sealed class ExampleTests(StackTarget target) : TargetTests(target)
{
    private const int Busy = 75;
    private const int Lost = 76;

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task A_guarded_run_holds_the_resource_keeps_it_while_it_works_and_gives_it_back(string language)
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var example = await ExampleAsync(language, own);
        var resource = NewRoot("example");
        // A command that ends when the test says so: it reads from a pipe that nobody has opened yet.
        await MakePipeAsync(example.Scratch("work"));
        using var run = example.Run(
            "guarded-run", resource, "--lease", "6", "--", "bash", "-c",
            "echo token $AVAILSYNC_FENCING_TOKEN; read -r line < work; echo did $line");
        await SaidAsync(run, "token ");
        var other = (await own.Agent.StartAsync(resource, 60)).Expect(200);
        Assert.Equal("skip_run", other.Action);
        var claim = other.Json.GetProperty("blocking_claim");
        Assert.Equal("guarded run over the bus", claim.GetProperty("reason").GetString());
        await SaidAsync(run, "extended until");

        await File.WriteAllTextAsync(example.Scratch("work"), "it\n");
        Assert.Equal(0, await ExitAsync(run));
        Assert.Contains("did it", run.Output, StringComparison.Ordinal);
        Assert.Contains("finished", run.Output, StringComparison.Ordinal);
        var after = (await own.Agent.TryReadAsync(claim.GetProperty("id").GetGuid()))!.Json.GetProperty("claim");
        Assert.Equal("released", after.GetProperty("status").GetString());
        Assert.Contains(
            $"token {after.GetProperty("fencing_token").GetInt64()}\n", run.Output + "\n", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task A_run_that_is_refused_says_who_holds_the_resource(string language)
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var example = await ExampleAsync(language, own);
        var resource = NewRoot("example");
        var held = (await own.Agent.AskAsync(
            "POST", "/v1/work/run/start", new { resource, duration_seconds = 600, reason = "a long migration" }))
            .Expect(200).Json.GetProperty("claim");

        using var run = example.Run("guarded-run", resource, "--", "false");
        Assert.Equal(Busy, await ExitAsync(run));
        Assert.Contains(
            $"is held by agent until {held.GetProperty("expires_at").GetString()}: a long migration", run.Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task A_run_that_waits_keeps_its_place_from_call_to_call_until_it_is_its_turn(string language)
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var example = await ExampleAsync(language, own);
        var resource = NewRoot("example");
        var held = Granted.Of((await own.Agent.StartAsync(resource, 600)).Expect(200).Json.GetProperty("claim"));

        using var run = example.Run(
            "guarded-run", resource, "--wait", "50", "--ask-every", "1", "--", "echo", "my turn");
        await SaidAsync(run, "waiting at place 1 of 1", times: 2);
        var tickets = (await target.Store.QueueAsync(resource)).Distinct();
        Assert.Single(tickets);
        (await own.Agent.TryFinishAsync(held.Id))!.Expect(200);

        Assert.Equal(0, await ExitAsync(run));
        Assert.Contains("my turn", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task A_run_whose_claim_is_taken_away_stops_its_work(string language)
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var example = await ExampleAsync(language, own);
        var resource = NewRoot("example");
        await MakePipeAsync(example.Scratch("work"));
        using var run = example.Run("guarded-run", resource, "--lease", "6", "--", "cat", "work");
        await SaidAsync(run, "granted until");
        var held = (await own.Agent.StartAsync(resource, 60)).Json.GetProperty("blocking_claim").GetProperty("id");
        (await own.Owner.AskAsync("DELETE", $"/v1/work/claims/{held.GetGuid()}")).Expect(200);

        Assert.Equal(Lost, await ExitAsync(run));
        Assert.Contains("claim_not_active", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task A_wrong_key_is_told_as_such(string language)
    {
        using var example = await Example.OfAsync(language, await target.OutsiderAsync("examples"), "avs_live_none");
        using var run = example.Run("guarded-run", NewRoot("example"), "--", "true");
        Assert.NotEqual(0, await ExitAsync(run));
        Assert.Contains("unauthorized", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Who_follows_events_is_told_each_of_them_once_though_one_comes_twice(string language)
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var example = await ExampleAsync(language, own);
        await using var witness = await TopicWitness.BindAsync(await target.OutsiderAsync("witness"));
        using var follower = example.Run("follow-events", "claim.*", "--org", own.Id.ToString(), "--count", "3");
        await SaidAsync(follower, "following claim.*");

        var resource = NewRoot("example");
        var claim = Granted.Of((await own.Agent.StartAsync(resource, 60)).Expect(200).Json.GetProperty("claim"));
        var heard = new List<TopicMessage>();
        await Target.UntilAsync("heard", TimeSpan.FromSeconds(10), async () =>
        {
            heard.AddRange(await witness.HeardAsync(own.Id));
            return heard.Count > 0;
        });
        await RepeatAsync(heard[0]);
        (await own.Agent.StartAsync(resource, 60)).Expect(200); // A skipped run is none of claim.*.
        (await own.Agent.TryExtendAsync(claim.Id, 120))!.Expect(200);
        (await own.Agent.TryFinishAsync(claim.Id))!.Expect(200);

        Assert.Equal(0, await ExitAsync(follower));
        Assert.Equal(
            [$"{resource}#1 claim.granted", $"{resource}#3 claim.extended", $"{resource}#4 claim.released"],
            follower.Output.Split('\n').Where(l => l.Contains(" claim.", StringComparison.Ordinal) && l.Contains('#'))
                .Select(l => string.Join(' ', l.Split(' ')[1..3])));
    }

    private async Task<Example> ExampleAsync(string language, OwnWorkspace own) =>
        await Example.OfAsync(language, await target.OutsiderAsync("examples"), own.Key);

    /// <summary>As a relay does that was killed between publishing and taking note of it.</summary>
    private async Task RepeatAsync(TopicMessage message)
    {
        await using var connection = await new ConnectionFactory { Uri = target.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(
            "availsync.events", message.Key, mandatory: true, new BasicProperties(message.Marks), message.Body);
    }

    private static async Task MakePipeAsync(string path)
    {
        using var made = ServerProcess.Start("/", new Dictionary<string, string>(), "mkfifo", path);
        Assert.Equal(0, await made.ExitAsync(Target.Stopped));
    }

    private static Task<TimeSpan> SaidAsync(ServerProcess process, string what, int times = 1) =>
        Target.UntilAsync($"saying '{what}'", TimeSpan.FromSeconds(40), () =>
        {
            Assert.False(process.HasExited && !Has(), $"It has ended without '{what}':\n{process.Output}");
            return Task.FromResult(Has());

            bool Has() => process.Output.Split(what).Length > times;
        });

    private static async Task<int> ExitAsync(ServerProcess process)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(60), Target.Clock);
        try
        {
            return await process.ExitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("It does not end by itself:\n" + process.Output);
            return -1;
        }
    }
}
