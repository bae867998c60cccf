using System.Net;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Holds;

public sealed class HoldCallTests : IAsyncLifetime
{
    private const string Window = "\"starts_at\":\"2026-05-22T11:00:00Z\",\"ends_at\":\"2026-05-22T11:30:00Z\"";
    private const string Body = "{\"resource\":\"calendar:jane\"," + Window + "}";
    private static readonly string Hold = $"/v1/holds/{SomeHold.Id}";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        Answer(new Outcome.HoldPlaced(SomeHold.Of()));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("{" + Window + "}", "resource")]
    [InlineData("{\"resource\":5," + Window + "}", "resource")]
    [InlineData("{\"resource\":\"  \"," + Window + "}", "resource")]
    [InlineData("{\"resource\":\"a\\u0000b\"," + Window + "}", "resource")]
    [InlineData("""{"resource":"a","ends_at":"2026-05-22T11:30:00Z"}""", "starts_at")]
    [InlineData("""{"resource":"a","starts_at":"2026-05-22T11:00:00Z"}""", "ends_at")]
    [InlineData("""{"resource":"a","starts_at":"now","ends_at":"2026-05-22T11:30:00Z"}""", "starts_at")]
    [InlineData("""{"resource":"a","starts_at":"2026-05-22T11:00:00Z","ends_at":"2026-05-22T11:00:00Z"}""", "ends_at")]
    [InlineData("""{"resource":"a","starts_at":"2026-05-22T11:00:00Z","ends_at":"2026-06-22T11:00:01Z"}""", "ends_at")]
    public async Task A_window_with_a_mistake_names_the_field(string body, string field)
    {
        foreach (var path in new[] { "/v1/holds", "/v1/holds/preview", "/v1/availability/check" })
        {
            var response = await _world.PostAsync(path, body);
            Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (response.Status, response.Error));
            Assert.Equal([field], response.WrongFields);
        }

        Assert.Empty(_world.Requests.Commands);
    }

    [Theory]
    [InlineData("ttl_seconds", "29")]
    [InlineData("ttl_seconds", "86401")]
    [InlineData("ttl_seconds", "30.5")]
    [InlineData("priority", "1001")]
    [InlineData("metadata", "[]")]
    [InlineData("agent_id", "7")]
    public async Task A_hold_with_a_mistake_names_it_too(string field, string value)
    {
        var body = $$"""{"resource":"calendar:jane",{{Window}},"{{field}}":{{value}}}""";
        Assert.Equal([field], (await _world.PostAsync("/v1/holds", body)).WrongFields);
        Assert.Equal([field], (await _world.PostAsync("/v1/holds/preview", body)).WrongFields);
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_hold_becomes_a_command_with_all_that_the_workspace_wishes()
    {
        var workspace = Some.Workspace with { Plan = Some.Bounded(1000), Arbitration = ArbitrationRule.PreemptLower };
        _world.Knows(_world.ApiKeyText, new AgentPrincipal(workspace, Some.Agent, Some.Id(20), ValidUntil: null));
        var answer = await _world.PostAsync(
            "/v1/holds",
            $$"""{"resource":" calendar:jane ",{{Window}},"ttl_seconds":600,"reason":"review","metadata":{"a":1} }""");
        await _world.PostAsync("/v1/holds/preview", Body);
        await _world.PostAsync("/v1/availability/check", Body);

        var caller = new Caller(Some.OrgId, Some.Agent.Id, Some.Agent.Name, PersonId: null);
        var place = new PlaceHold(
            caller, SomeHold.Resource(), SomeHold.Window(), 600, 100, "review", """{"a":1}""", ArbitrationMode.Enforce)
        {
            Arbitration = ArbitrationRule.PreemptLower,
            Plan = Some.Bounded(1000),
        };
        Assert.Equal(
            [
                place,
                place with { TtlSeconds = null, Reason = null, Metadata = "{}", IsPreview = true },
                new CheckAvailability(caller, SomeHold.Resource(), SomeHold.Window()),
            ],
            _world.Requests.Commands.Select(c => c.Command));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
    }

    [Fact]
    public async Task A_key_confirms_without_a_body_and_a_person_names_the_agent()
    {
        Answer(new Outcome.HoldConfirmed(SomeHold.Of()));
        Assert.Equal(HttpStatusCode.OK, (await _world.SendAsync(HttpMethod.Post, Hold + "/confirm")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _world.PostAsync(Hold + "/confirm", "{}")).Status);
        var nobody = await _world.SendAsync(HttpMethod.Post, Hold + "/confirm", change: EdgeWorld.AsPerson);
        Assert.Equal(["agent_id"], nobody.WrongFields);
        await _world.PostAsync(
            Hold + "/confirm", $$"""{"agent_id":"{{Some.OtherAgent.Id}}"}""", EdgeWorld.AsPerson);

        Assert.Equal(
            [(Some.Agent.Id, (Guid?)null), (Some.Agent.Id, null), (Some.OtherAgent.Id, Some.PersonId)],
            _world.Requests.Commands.Select(c => (ConfirmHold)c.Command)
                .Select(c => (c.Caller.AgentId, c.Caller.PersonId)));
    }

    [Fact]
    public async Task A_person_ends_a_hold_in_its_own_name_and_a_viewer_none()
    {
        Answer(new Outcome.HoldEnded(SomeHold.Of()));
        await _world.SendAsync(HttpMethod.Delete, Hold);
        await _world.SendAsync(HttpMethod.Delete, Hold, change: EdgeWorld.AsPerson);
        _world.Knows("a-viewer's", Some.Person(Role.Viewer));
        var refused = await _world.SendAsync(HttpMethod.Delete, Hold, change: request =>
        {
            request.Headers.Remove("Authorization");
            request.Headers.TryAddWithoutValidation("Cookie", "availsync_session=a-viewer's");
        });

        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (refused.Status, refused.Error));
        Assert.Equal(
            [(Some.Agent.Id, (Guid?)null), (Guid.Empty, Some.PersonId)],
            _world.Requests.Commands.Select(c => ((ReleaseHold)c.Command).Caller)
                .Select(c => (c.AgentId, c.PersonId)));
    }

    [Theory]
    [InlineData("GET", "/v1/holds/nothing")]
    [InlineData("DELETE", "/v1/holds/nothing")]
    [InlineData("POST", "/v1/holds/nothing/confirm")]
    public async Task What_is_no_id_names_no_hold(string method, string path)
    {
        var response = await _world.SendAsync(new HttpMethod(method), path);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (response.Status, response.Error));
        Assert.Empty(_world.Requests.Commands);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task A_preview_is_no_hold_that_is_called_so(string method)
    {
        var response = await _world.SendAsync(new HttpMethod(method), "/v1/holds/preview");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.Status);
        Assert.Equal("POST", response.Headers["Allow"]);
    }

    [Fact]
    public async Task A_key_sees_its_own_holds_and_a_person_all()
    {
        _world.Requests.On<ListHolds>(_ => new HoldPage([SomeHold.Of()], 1));
        _world.Requests.On<GetHold>(_ => new HoldFound(SomeHold.Of()));
        const string Query = "/v1/holds?resource=calendar:jane&status=held&from=2026-05-22T11:00:00Z"
            + "&to=2026-05-22T12:00:00Z&limit=5&offset=1";
        var listed = await _world.GetAsync(Query);
        await _world.GetAsync("/v1/holds", EdgeWorld.AsPerson);
        await _world.GetAsync(Hold);
        await _world.GetAsync(Hold, EdgeWorld.AsPerson);

        var all = new ListHolds(Some.OrgId, null, null, null, null, null, 100, 0);
        Assert.Equal(
            [
                new ListHolds(
                    Some.OrgId, Some.Agent.Id, HoldStatus.Held, SomeHold.Resource(), SomeHold.Window().StartsAt,
                    Some.Now.AddMinutes(90), 5, 1),
                all,
            ],
            _world.Requests.Asked.OfType<ListHolds>());
        Assert.Equal(
            [new GetHold(Some.OrgId, Some.Agent.Id, SomeHold.Id), new GetHold(Some.OrgId, null, SomeHold.Id)],
            _world.Requests.Asked.OfType<GetHold>());
        Assert.Equal(SomeHold.Id.ToString(), listed.Json.GetProperty("holds")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("status=active", "status")]
    [InlineData("resource=", "resource")]
    [InlineData("resource=a&resource=b", "resource")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=", "to")]
    [InlineData("from=2026-05-22T12:00:00Z&to=2026-05-22T11:00:00Z", "from")]
    [InlineData("limit=0", "limit")]
    public async Task A_filter_that_is_none_is_named(string query, string field) =>
        Assert.Equal([field], (await _world.GetAsync("/v1/holds?" + query)).WrongFields);

    [Fact]
    public async Task A_repeat_says_what_the_hold_is_by_now()
    {
        _world.Requests.OnCommand(_ => new Reply.Answered(
            new Outcome.HoldPlaced(SomeHold.Of()), "first", Replayed: true, ClaimStatus: null)
        {
            HoldStatus = HoldStatus.Lapsed,
        });
        var response = await _world.PostAsync("/v1/holds", Body, EdgeWorld.WithKey("k"));
        Assert.Equal("true", response.Headers["Idempotency-Replayed"]);
        Assert.Equal("lapsed", response.Headers["Availsync-Hold-Status"]);
        Assert.False(response.Headers.ContainsKey("Availsync-Claim-Status"));
    }

    [Fact]
    public async Task A_preview_of_a_refusal_is_200_and_no_error_of_the_call()
    {
        Answer(new Outcome.HoldPreviewed(new Outcome.HoldBlocked([SomeHold.Of()], [])));
        var blocked = await _world.PostAsync("/v1/holds/preview", Body);
        Assert.Equal((HttpStatusCode.OK, "blocked"), (blocked.Status, blocked.Error));
        Assert.Equal("blocked", blocked.Json.GetProperty("action").GetString());
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            ("hold.preview", TrafficStatus.Ok, null, "calendar:jane"),
            (record.Type, record.Status, record.Error, record.Resource));

        Answer(new Outcome.HoldPreviewed(new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 1, 1, Some.Bounded(1))));
        var limited = await _world.PostAsync("/v1/holds/preview", Body);
        Assert.Equal((HttpStatusCode.OK, "plan_limit_reached"), (limited.Status, limited.Error));

        Answer(new Outcome.HoldPreviewed(new Outcome.Invalid("starts_at", "Must not be in the past.")));
        Assert.Equal(["starts_at"], (await _world.PostAsync("/v1/holds/preview", Body)).WrongFields);
    }

    [Theory]
    [InlineData("POST", "/v1/availability/check", "availability.check")]
    [InlineData("POST", "/v1/holds/preview", "hold.preview")]
    [InlineData("POST", "/v1/holds", "hold.place")]
    [InlineData("POST", "/v1/holds/{hold_id}/confirm", "hold.confirm")]
    [InlineData("DELETE", "/v1/holds/{hold_id}", "hold.release")]
    [InlineData("GET", "/v1/holds/{hold_id}", "hold.get")]
    [InlineData("GET", "/v1/holds", "hold.list")]
    public async Task A_call_is_recorded_by_its_route(string method, string route, string type)
    {
        _world.Requests.On<ListHolds>(_ => new HoldPage([], 0));
        _world.Requests.On<GetHold>(_ => new HoldFound(SomeHold.Of()));
        var path = route.Replace("{hold_id}", SomeHold.Id.ToString(), StringComparison.Ordinal);
        await _world.SendAsync(new HttpMethod(method), path, method == "POST" ? Body : null);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal((type, $"{method} {route}"), (record.Type, record.Endpoint));
    }

    [Fact]
    public async Task A_hold_that_others_block_is_recorded_as_blocked()
    {
        Answer(new Outcome.HoldBlocked([SomeHold.Of()], []));
        await _world.PostAsync("/v1/holds", Body);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            (TrafficStatus.Blocked, 409, "blocked", "calendar:jane"),
            (record.Status, record.HttpStatus, record.Error, record.Resource));
    }

    [Fact]
    public async Task An_observer_of_a_free_window_would_have_had_it()
    {
        Answer(new Outcome.HoldObserved([], []));
        var shadow = (await _world.PostAsync("/v1/holds", Body)).Json.GetProperty("shadow_decision");
        Assert.Equal(
            """{"action":"held","would_have_blocked":false,"conflicts":[],"alternatives":[]}""", shadow.GetRawText());
    }

    private void Answer(Outcome outcome) =>
        _world.Requests.OnCommand(c => new Reply.Answered(outcome, c.RequestId, false, null));
}
