using System.Diagnostics;

namespace Availsync.Contract.Tests;

/// <summary>The stream of a workspace's claim events.</summary>
public abstract class EventsContract(Target target) : ContractTest(target)
{
    private const string Path = "/v1/work/events";

    [Fact]
    public async Task Whatever_happens_to_claims_arrives_in_order()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        await using var reader = await EventReader.OpenAsync(agent.Client);
        Assert.Equal("text/event-stream", reader.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", reader.Response.Headers.CacheControl!.ToString());

        var repo = NewRepo();
        var claim = await agent.HoldAsync(repo);
        (await other.StartAsync(repo)).Expect(200, "skip_run");
        (await agent.DeclareAsync(claim, "edit", "src/")).Expect(200);
        (await agent.ExtendAsync(claim, 900)).Expect(200, "extended");
        (await agent.FinishAsync(claim)).Expect(200, "finished");
        var revoked = await other.HoldAsync(repo);
        (await workspace.Owner.DeleteAsync($"/v1/work/claims/{revoked.Id}")).Expect(200);
        var lapsed = await other.HoldAsync(repo, 5);

        var events = await reader.TakeAsync(9);
        Assert.Equal(
            [
                "claim.granted", "run.skipped", "working_set.changed", "claim.extended", "claim.released",
                "claim.granted", "claim.revoked", "claim.granted", "claim.expired",
            ],
            events.Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, 9).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.All(events, e => Assert.Equal((workspace.Id, repo), (Text(e, "org_id"), Text(e, "resource"))));
        Assert.Single(events.Select(e => e.Root).Distinct());
        Assert.Equal(events.Length, events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(claim.Id, events[1].Body.At("blocking_claim.id").Text());
        Assert.Equal(other.Id, Text(events[1], "agent_id"));
        Assert.Equal(["src/"], events[2].Body.At("claim.working_set.paths").Texts());
        Assert.Equal(
            ["released", "revoked", "expired"],
            new[] { events[4], events[6], events[8] }.Select(e => e.Body.At("claim.status").Text()));
        Assert.Equal(lapsed.Id, events[8].Body.At("claim.id").Text());
        Assert.True(events[8].Body.At("request_id").IsNull());
    }

    [Fact]
    public async Task An_event_names_the_call_that_caused_it_and_arrives_within_a_second_on_every_edge()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        foreach (var edge in Target.Addresses)
        {
            await using var reader = await EventReader.OpenAsync(agent.Client.At(edge));
            var call = Unique.Name();
            var start = (await agent.Client.With("X-Request-Id", call).PostAsync(
                "/v1/work/run/start", new { resource = NewRepo() })).Expect(200, "proceed");
            var at = Stopwatch.GetTimestamp();
            var one = await reader.NextAsync();
            Assert.InRange(Stopwatch.GetElapsedTime(at), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            Assert.Equal((call, start["claim.id"].Text()), (Text(one, "request_id"), one.Body.At("claim.id").Text()));
        }
    }

    [Fact]
    public async Task Only_what_was_asked_for_arrives()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var (watched, unwatched) = (NewRepo(), NewRepo());
        var spelled = "repo:" + watched["repo:".Length..].ToUpperInvariant();
        await using var resource = await EventReader.OpenAsync(agent.Client, $"?resource={spelled}");
        await using var types = await EventReader.OpenAsync(agent.Client, "?type=claim.released,run.*");
        await using var both = await EventReader.OpenAsync(
            agent.Client, $"?type=claim.released&type=run.skipped&resource={watched}&resource={NewRepo()}");
        foreach (var repo in (string[])[unwatched, watched])
        {
            var claim = await agent.HoldAsync(repo);
            (await agent.StartAsync(repo)).Expect(200, "skip_run");
            (await agent.FinishAsync(claim)).Expect(200);
        }

        Assert.Equal(
            [(watched, "claim.granted"), (watched, "run.skipped"), (watched, "claim.released")],
            Shapes(await resource.TakeAsync(3)));
        Assert.Equal(
            [
                (unwatched, "run.skipped"), (unwatched, "claim.released"),
                (watched, "run.skipped"), (watched, "claim.released"),
            ],
            Shapes(await types.TakeAsync(4)));
        Assert.Equal([(watched, "run.skipped"), (watched, "claim.released")], Shapes(await both.TakeAsync(2)));
    }

    [Fact]
    public async Task What_happens_to_holds_is_told_too()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var calendar = Holder.NewCalendar();
        await using var reader = await EventReader.OpenAsync(
            agent.Client, $"?type=hold.*&resource={Uri.EscapeDataString(calendar)}");
        await agent.PlacedAsync(Holder.NewCalendar(), 0, 30);
        var hold = await agent.PlacedAsync(calendar, 0, 30, ttl_seconds: 600);
        (await other.PlaceAsync(calendar, 0, 30)).ExpectError(409, "blocked");
        (await agent.ConfirmAsync(hold)).Expect(200, "confirmed");
        (await agent.ReleaseAsync(hold)).Expect(200, "released");

        var told = await reader.TakeAsync(4);

        Assert.Equal(
            [(calendar, "hold.held"), (calendar, "hold.blocked"), (calendar, "hold.confirmed"), (calendar, "hold.released")],
            Shapes(told));
        Assert.Equal([1L, 2L, 3L, 4L], told.Select(one => one.Body.At("sequence").Number()));
    }

    [Fact]
    public async Task A_listener_that_comes_back_goes_on_where_it_was_at_any_edge()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        await using (var first = await EventReader.OpenAsync(agent.Client))
        {
            await agent.HoldAsync(NewRepo());
            Assert.Equal(1, (await first.NextAsync()).Id);
        }

        foreach (var _ in Enumerable.Range(0, 5)) await agent.HoldAsync(NewRepo());
        foreach (var edge in Target.Addresses)
        {
            await using var back = await EventReader.OpenAsync(agent.Client.At(edge), after: 1);
            Assert.Equal([2L, 3, 4, 5, 6], (await back.TakeAsync(5)).Select(e => e.Id));
            await using var all = await EventReader.OpenAsync(agent.Client.At(edge), after: 0);
            Assert.Equal(1, (await all.NextAsync()).Id);
        }
    }

    [Fact]
    public async Task An_id_that_this_log_never_had_is_told_by_a_reset()
    {
        var agent = await (await NewWorkspaceAsync()).NewAgentAsync();
        await using var reader = await EventReader.OpenAsync(agent.Client, after: 1_000_000);
        var reset = await reader.NextAsync();
        Assert.Equal((0, "stream.reset"), (reset.Id, reset.Type));
        await agent.HoldAsync(NewRepo());
        Assert.Equal((1, "claim.granted"), ((await reader.NextAsync()).Id, "claim.granted"));
    }

    [Fact]
    public async Task Another_workspace_hears_nothing_and_counts_for_itself()
    {
        var (mine, theirs) = (await NewWorkspaceAsync(), await NewWorkspaceAsync());
        var (agent, stranger) = (await mine.NewAgentAsync(), await theirs.NewAgentAsync());
        await using var reader = await EventReader.OpenAsync(agent.Client, after: 0);
        var repo = NewRepo();
        for (var n = 0; n < 10; n++) await stranger.FinishAsync(await stranger.HoldAsync(repo));
        var claim = await agent.HoldAsync(repo);
        var one = await reader.NextAsync();
        Assert.Equal((1, mine.Id, claim.Id), (one.Id, Text(one, "org_id"), one.Body.At("claim.id").Text()));
        await agent.FinishAsync(claim);
        Assert.Equal((2, mine.Id), ((await reader.NextAsync()).Id, mine.Id));
    }

    [Fact]
    public async Task People_of_every_role_may_listen()
    {
        var agent = await NewAgentAsync();
        foreach (var role in (string[])["admin", "viewer"])
        {
            var repo = NewRepo();
            var member = await Shared.NewMemberAsync(role);
            await using var reader = await EventReader.OpenAsync(member.Client, $"?resource={repo}");
            await agent.HoldAsync(repo);
            Assert.Equal("claim.granted", (await reader.NextAsync()).Type);
        }
    }

    [Fact]
    public async Task Rehearsals_and_observations_are_nobody_s_news()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        await using var reader = await EventReader.OpenAsync(agent.Client);
        (await workspace.Owner.PostAsync($"{agent.Path}/setup-test")).Expect(200);
        (await observer.StartAsync(NewRepo())).Expect(200, "proceed");
        var claim = await agent.HoldAsync(NewRepo());
        Assert.Equal(claim.Id, (await reader.NextAsync()).Body.At("claim.id").Text());
    }

    [Theory]
    [InlineData("?type=claim.lost", null, "type")]
    [InlineData("?type=claim.granted,", null, "type")]
    [InlineData("?resource=%20", null, "resource")]
    [InlineData("?resource=repo:a/b&resource=&type=*", null, "resource", "type")]
    [InlineData("", "first", "Last-Event-ID")]
    [InlineData("?type=x", "-1", "Last-Event-ID", "type")]
    public async Task What_cannot_be_understood_is_400_and_named(string query, string? after, params string[] fields)
    {
        var client = (await NewAgentAsync()).Client;
        if (after is not null) client = client.With("Last-Event-ID", after);
        (await client.GetAsync(Path + query)).ExpectWrong(fields);
    }

    [Fact]
    public async Task Without_a_credential_nobody_listens()
    {
        (await Anonymous.GetAsync(Path)).ExpectError(401, "unauthorized");
        (await Anonymous.WithKey("avs_live_nonsense").GetAsync(Path)).ExpectError(401, "unauthorized");
    }

    [Fact]
    public async Task A_stream_ends_within_a_second_of_its_credential_on_every_edge()
    {
        var workspace = await NewWorkspaceAsync();
        foreach (var edge in Target.Addresses)
        {
            var (revoked, disabled) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
            var member = await workspace.NewMemberAsync("viewer");
            await using var byKey = await EventReader.OpenAsync(revoked.Client.At(edge), "?type=claim.preempted");
            await using var byAgent = await EventReader.OpenAsync(disabled.Client.At(edge), "?type=claim.preempted");
            await using var bySession = await EventReader.OpenAsync(member.Client.At(edge), "?type=claim.preempted");
            (await workspace.Owner.DeleteAsync($"{revoked.Path}/keys/{revoked.KeyId}")).Expect(204);
            await EndsAsync(byKey);
            (await workspace.Owner.PatchAsync(disabled.Path, new { disabled = true })).Expect(200);
            await EndsAsync(byAgent);
            (await member.Client.PostAsync("/v1/auth/logout")).Expect(204);
            await EndsAsync(bySession);
        }
    }

    [Fact]
    public async Task Silence_is_broken_every_fifteen_seconds()
    {
        var agent = await (await NewWorkspaceAsync()).NewAgentAsync();
        await using var reader = await EventReader.OpenAsync(agent.Client);
        var at = Stopwatch.GetTimestamp();
        Assert.Equal("retry: 1000", await reader.LineAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal("id: 0", await reader.LineAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal("", await reader.LineAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal(": heartbeat", await reader.LineAsync(TimeSpan.FromSeconds(20)));
        Assert.InRange(Stopwatch.GetElapsedTime(at), TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(17));
        Assert.Equal("", await reader.LineAsync(TimeSpan.FromSeconds(1)));
    }

    private static async Task EndsAsync(EventReader reader)
    {
        var at = Stopwatch.GetTimestamp();
        Assert.Null(await reader.TryNextAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(at), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static IEnumerable<(string, string)> Shapes(IEnumerable<StreamedEvent> events) =>
        events.Select(e => (Text(e, "resource"), e.Type));

    private static string Text(StreamedEvent one, string member) => one.Body.At(member).Text();
}
