using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Events;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Events;

public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Path = "/v1/work/events";
    private static readonly ClaimFact Granted = new ClaimGranted(Some.Claim(), ProtectsResource: true);
    private static readonly ClaimFact Skipped = new RunSkipped(
        new Caller(Some.OrgId, Some.OtherAgent.Id, "other", null), Some.Resource(), Some.Blocking());

    private EdgeWorld _world = null!;
    private FakeLog _log = null!;

    public async ValueTask InitializeAsync() => await StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_event_arrives_with_its_position_its_type_and_its_body()
    {
        await using var listener = await Listener.OpenAsync(_world);
        Assert.Equal("text/event-stream", listener.Response.Content.Headers.ContentType!.ToString());
        await _log.TellAsync(Granted);
        var (id, type, body) = (await listener.NextAsync())!.Value;
        Assert.Equal((1, "claim.granted"), (id, type));
        Assert.Equal(
            (Some.Id(1001).ToString(), "claim.granted", "repo:owner/repo", 1, "2026-05-22T10:30:00.000Z", "r-1"),
            (Text(body, "event_id"), Text(body, "type"), Text(body, "root"), body.GetProperty("sequence").GetInt64(),
                Text(body, "at"), Text(body, "request_id")));
        Assert.Equal("repo:Owner/Repo", Text(body, "resource"));
        Assert.Equal("nightly", body.GetProperty("claim").GetProperty("metadata").GetProperty("job").GetString());
    }

    [Fact]
    public async Task A_new_listener_hears_what_is_new_and_one_that_comes_back_what_it_has_missed()
    {
        _log.Add(Granted, Skipped, Granted);
        await using var fresh = await Listener.OpenAsync(_world);
        await using var back = await Listener.OpenAsync(_world, lastEventId: "1");
        await _log.TellAsync(Skipped);
        Assert.Equal(4, (await fresh.NextAsync())!.Value.Id);
        Assert.Equal([2L, 3, 4], await IdsAsync(back, 3));
    }

    [Fact]
    public async Task A_stream_says_at_once_where_it_begins()
    {
        _log.Add(Granted, Granted);
        await using var listener = await Listener.OpenAsync(_world);
        Assert.Equal(["retry: 1000", "id: 2", ""], await LinesAsync(listener, 3));
    }

    [Theory]
    [InlineData("?type=run.skipped", "2,4")]
    [InlineData("?type=claim.*", "1,3")]
    [InlineData("?type=claim.granted&type=run.skipped", "1,2,3,4")]
    [InlineData("?type=claim.released,run.*", "2,4")]
    [InlineData("?resource=repo:OWNER/repo", "1,2")]
    [InlineData("?resource=project:a,b&type=run.skipped", "4")]
    [InlineData("?resource=project:a,b&resource=repo:owner/repo", "1,2,3,4")]
    public async Task Only_what_was_asked_for_arrives(string query, string ids)
    {
        var other = Some.Resource("project:a,b");
        _log.Add(
            Granted, Skipped, new ClaimGranted(Some.Claim() with { Resource = other }, true),
            new RunSkipped(new Caller(Some.OrgId, Some.Agent.Id, "a", null), other, Some.Blocking()));
        await using var listener = await Listener.OpenAsync(_world, query, lastEventId: "0");
        long[] expected = [.. ids.Split(',').Select(i => long.Parse(i, null))];
        Assert.Equal(expected, await IdsAsync(listener, expected.Length));
    }

    [Theory]
    [InlineData("?type=claim.gone", null, "type")]
    [InlineData("?type=", null, "type")]
    [InlineData("?type=claim", null, "type")]
    [InlineData("?resource=%20", null, "resource")]
    [InlineData("?resource=", null, "resource")]
    [InlineData("", "x", "Last-Event-ID")]
    [InlineData("", "-1", "Last-Event-ID")]
    [InlineData("", "1.5", "Last-Event-ID")]
    [InlineData("", "9223372036854775808", "Last-Event-ID")]
    public async Task What_cannot_be_understood_is_400_and_named(string query, string? lastEventId, string field)
    {
        var response = await _world.GetAsync(Path + query, r =>
        {
            if (lastEventId is not null) r.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        });
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (response.Status, response.Error));
        Assert.Equal([field], response.WrongFields);
        Assert.Empty(_log.Reads);
    }

    [Fact]
    public async Task Silence_is_broken_by_heartbeats_which_move_the_position_on()
    {
        await using var listener = await Listener.OpenAsync(_world, "?type=run.skipped");
        await LinesAsync(listener, 3);
        Assert.Equal([": heartbeat", ""], await BeatAsync(listener, 2));
        await _log.TellAsync(Granted, Granted);
        Assert.Equal([": heartbeat", "id: 2", ""], await BeatAsync(listener, 3));
        Assert.Equal([": heartbeat", ""], await BeatAsync(listener, 2));
    }

    [Fact]
    public async Task A_heartbeat_comes_after_fifteen_seconds_and_not_before()
    {
        await using var listener = await Listener.OpenAsync(_world);
        await LinesAsync(listener, 3);
        _world.Time.Advance(TimeSpan.FromSeconds(14.9));
        await _log.TellAsync(Granted);
        Assert.Equal("event: claim.granted", await listener.LineAsync());
        await LinesAsync(listener, 3);
        _world.Time.Advance(TimeSpan.FromSeconds(14.9)); // Silent since the event, not since the beginning.
        await _log.TellAsync(Skipped);
        Assert.Equal("event: run.skipped", await listener.LineAsync());
    }

    [Fact]
    public async Task What_is_not_kept_any_more_is_told_and_the_rest_follows()
    {
        _log.Add(Enumerable.Repeat(Granted, 5));
        _log.Purge(4);
        await using var listener = await Listener.OpenAsync(_world, "?type=claim.granted", lastEventId: "1");
        var (id, type, body) = (await listener.NextAsync())!.Value;
        Assert.Equal((3, "stream.reset", "stream.reset"), (id, type, Text(body, "type")));
        Assert.Equal([4L, 5], await IdsAsync(listener, 2));
    }

    [Fact]
    public async Task An_id_that_the_log_never_had_begins_at_its_end_and_is_told_so()
    {
        _log.Add(Granted);
        await using var listener = await Listener.OpenAsync(_world, lastEventId: "77");
        Assert.Equal((1, "stream.reset"), ((await listener.NextAsync())!.Value.Id, "stream.reset"));
        await _log.TellAsync(Granted);
        Assert.Equal(2, (await listener.NextAsync())!.Value.Id);
    }

    [Fact]
    public async Task A_signal_that_is_lost_costs_seconds_and_no_event()
    {
        await using var listener = await Listener.OpenAsync(_world);
        _log.Add(Granted);
        var next = listener.NextAsync();
        await AdvanceUntilAsync(next, seconds: 1);

        Assert.Equal(1, (await next)!.Value.Id);
    }

    [Fact]
    public async Task While_no_arbiter_answers_a_stream_stays_open_and_a_new_one_is_503()
    {
        await using var listener = await Listener.OpenAsync(_world);
        _log.IsSilent = true;
        await _log.TellAsync(Granted);
        while (_log.Reads.IsEmpty) await Task.Yield();
        var refused = await _world.GetAsync(Path);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "arbiter_unavailable"), (refused.Status, refused.Error));

        _log.IsSilent = false;
        var next = listener.NextAsync();
        await AdvanceUntilAsync(next, seconds: 1);

        Assert.Equal(1, (await next)!.Value.Id);
    }

    [Fact]
    public async Task Listeners_at_one_place_share_one_question()
    {
        var gate = new TaskCompletionSource();
        _log.Pace = () => gate.Task;
        var listeners = new List<Listener>();
        for (var n = 0; n < 20; n++) listeners.Add(await Listener.OpenAsync(_world));
        await _log.TellAsync(Granted);
        while (_log.Reads.IsEmpty) await Task.Yield();
        gate.SetResult();
        foreach (var listener in listeners)
        {
            Assert.Equal(1, (await listener.NextAsync())!.Value.Id);
            await listener.DisposeAsync();
        }

        Assert.Equal(new ReadEvents(Some.OrgId, 0), Assert.Single(_log.Reads));
    }

    [Fact]
    public async Task A_revoked_key_ends_the_stream_as_soon_as_the_change_is_heard()
    {
        await using var listener = await Listener.OpenAsync(_world);
        await using var person = await Listener.OpenAsync(_world, change: EdgeWorld.AsPerson);
        _world.Forgets(_world.ApiKeyText);
        await ChangedAsync();
        Assert.Null(await listener.NextAsync());
        await _log.TellAsync(Granted);
        Assert.Equal(1, (await person.NextAsync())!.Value.Id);
    }

    [Fact]
    public async Task A_key_that_was_revoked_between_the_door_and_the_stream_does_not_get_far()
    {
        var opening = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        _world.Requests.OnAsync<ReadEventHeads>(async (q, _) =>
        {
            asked.TrySetResult();
            await opening.Task;
            return new EventHeadsFound([.. q.OrgIds.Select(o => new EventHead(o, 0))]);
        });
        var pending = Listener.OpenAsync(_world);
        await asked.Task;
        _world.Forgets(_world.ApiKeyText);
        await ChangedAsync();
        opening.SetResult();
        await using var listener = await pending;
        Assert.Null(await listener.NextAsync());
    }

    [Fact]
    public async Task A_session_that_runs_out_ends_its_stream_which_does_not_prolong_it()
    {
        _world.Knows(EdgeWorld.SessionToken, new PersonPrincipal(
            Some.Workspace, Some.PersonId, "owner@example.com", Role.Viewer, Some.SessionId, Some.Now.AddMinutes(30)));
        await using var listener = await Listener.OpenAsync(_world, change: EdgeWorld.AsPerson);
        var next = listener.NextAsync();
        _world.Forgets(EdgeWorld.SessionToken);
        await AdvanceUntilAsync(next, seconds: 5);

        Assert.Null(await next);
        Assert.InRange(_world.Time.GetUtcNow(), Some.Now.AddMinutes(30), Some.Now.AddMinutes(31));
        Assert.Equal(2, _world.Requests.Asked.OfType<Authenticate>().Count());
    }

    [Fact]
    public async Task A_stop_ends_every_stream_at_once()
    {
        await using var listener = await Listener.OpenAsync(_world);
        var stopping = _world.StopAsync();
        Assert.Null(await listener.NextAsync());
        await stopping;
    }

    [Fact]
    public async Task There_are_only_so_many_streams_of_a_workspace_and_a_closed_one_makes_room()
    {
        await RestartAsync(("Events:StreamsPerWorkspaceMax", "2"), ("Events:StreamsMax", "3"));
        await using var kept = await Listener.OpenAsync(_world);
        var closed = await Listener.OpenAsync(_world);
        var refused = await _world.GetAsync(Path);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (refused.Status, refused.Error));
        Assert.Equal("5", refused.Headers["Retry-After"]);

        var elsewhere = new AgentPrincipal(Some.Workspace with { Id = Some.Id(99) }, Some.Agent, Some.Id(20), null);
        var (second, third) = (ApiKey.Create(), ApiKey.Create());
        _world.Knows(second, elsewhere);
        _world.Knows(third, elsewhere);
        await using var other = await Listener.OpenAsync(_world, change: As(second));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _world.GetAsync(Path, As(third))).Status);

        await closed.DisposeAsync();
        Listener? again = null;
        while (again is null) again = (await Listener.TryOpenAsync(_world)).Listener; // It is noticed a moment later.
        await again.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_cut_off_and_can_come_back()
    {
        await RestartAsync(("Events:WriteWithinSeconds", "10"));
        var metadata = $$"""{"x":"{{new string('x', 100_000)}}"}""";
        var large = new ClaimGranted(Some.Claim() with { Metadata = metadata }, ProtectsResource: true);
        _log.Add(Enumerable.Repeat<ClaimFact>(large, 500));
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, _world.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Path} HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 0\r\n"
            + $"Authorization: Bearer {_world.ApiKeyText}\r\n\r\n"));
        var feeds = _world.Services.GetRequiredService<EventFeeds>();
        while (_log.Reads.IsEmpty) await Task.Yield();
        await AdvanceUntilAsync(Task.Run(async () =>
        {
            while (feeds.Orgs.Count > 0) await Task.Yield();
        }));
        Assert.Single(_log.Reads); // One page of five, and nothing more while nobody takes it.
        await using var listener = await Listener.OpenAsync(_world, lastEventId: "499");
        Assert.Equal(500, (await listener.NextAsync())!.Value.Id);
    }

    [Fact]
    public async Task A_stream_is_recorded_as_a_call_when_it_opens()
    {
        await using var listener = await Listener.OpenAsync(_world);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            ("event.stream", "GET /v1/work/events", TrafficStatus.Ok, 200),
            (record.Type, record.Endpoint, record.Status, record.HttpStatus));
        await listener.DisposeAsync();
        await _world.GetAsync(Path + "?type=x");
        Assert.Equal(TrafficStatus.Rejected, (await _world.Publisher.NextAsync()).Status);
    }

    [Fact]
    public async Task Opening_a_stream_is_one_call_and_what_it_carries_is_none()
    {
        _world.Lender.Max = 1;
        _world.Knows(_world.ApiKeyText, Some.Key(Some.Bounded(1)));
        await using var listener = await Listener.OpenAsync(_world);
        await _log.TellAsync(Granted, Granted);
        Assert.Equal([1L, 2], await IdsAsync(listener, 2));
        Assert.Equal(HttpStatusCode.PaymentRequired, (await Listener.TryOpenAsync(_world)).Status);
    }

    [Fact]
    public async Task Without_a_credential_it_is_401()
    {
        var response = await _world.GetAsync(Path, r => r.Headers.Remove("Authorization"));
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (response.Status, response.Error));
    }

    /// <summary>Where the clock runs ahead of a busy machine, no write is to be taken for a slow one.</summary>
    private async Task StartAsync(params (string, string)[] settings)
    {
        _world = await EdgeWorld.StartAsync([.. settings, ("Events:WriteWithinSeconds", "300")]);
        _log = new FakeLog(_world);
    }

    private async Task RestartAsync(params (string, string)[] settings)
    {
        await _world.DisposeAsync();
        await StartAsync(settings);
    }

    private async Task ChangedAsync()
    {
        await using var scope = _world.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PrincipalChanges>()
            .HandleAsync(new PrincipalChanged(Some.OrgId), CancellationToken.None);
    }

    /// <summary>Lets time pass until something has come, and the server come along meanwhile.</summary>
    private async Task AdvanceUntilAsync(Task something, int seconds = 1)
    {
        while (!something.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(seconds));
            await Task.WhenAny(something, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }
    }

    private async Task<string[]> BeatAsync(Listener listener, int lines)
    {
        var read = LinesAsync(listener, lines);
        await AdvanceUntilAsync(read, seconds: 1);

        return await read;
    }

    private static async Task<string[]> LinesAsync(Listener listener, int count)
    {
        var lines = new string[count];
        for (var n = 0; n < count; n++) lines[n] = await listener.LineAsync() ?? "";
        return lines;
    }

    private static async Task<List<long>> IdsAsync(Listener listener, int count)
    {
        var ids = new List<long>();
        while (ids.Count < count) ids.Add((await listener.NextAsync())!.Value.Id);
        return ids;
    }

    private static Action<HttpRequestMessage> As(string key) => request =>
    {
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
    };

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
}
