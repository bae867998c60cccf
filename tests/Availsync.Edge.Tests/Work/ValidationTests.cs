using System.Net;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Work;

public sealed class ValidationTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private const string ClaimId = "01970c2f-3f40-7a3c-8f1e-5b9e8d1c2a47";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.Granted(Some.Claim()), c.RequestId, false, null));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("""{}""", "resource")]
    [InlineData("""{"resource":5}""", "resource")]
    [InlineData("""{"resource":"owner/repo"}""", "resource")]
    [InlineData("""{"resource":"repo:"}""", "resource")]
    [InlineData("""{"resource_key":"owner/repo"}""", "resource_type")]
    [InlineData("""{"resource_type":"repo"}""", "resource_key")]
    [InlineData("""{"resource_type":"file","resource_key":"a"}""", "resource_type")]
    [InlineData("""{"resource_type":"repo","resource_key":"  "}""", "resource_key")]
    [InlineData("""{"resource":"repo:a/b","resource_type":"repo","resource_key":"a/c"}""", "resource")]
    [InlineData("""{"resource":"repo:a/b","agent_id":"me"}""", "agent_id")]
    [InlineData("""{"resource":"repo:a/b","agent_id":7}""", "agent_id")]
    [InlineData("""{"resource":"repo:a/b","duration_minutes":0}""", "duration_minutes")]
    [InlineData("""{"resource":"repo:a/b","duration_minutes":1441}""", "duration_minutes")]
    [InlineData("""{"resource":"repo:a/b","duration_minutes":1.5}""", "duration_minutes")]
    [InlineData("""{"resource":"repo:a/b","duration_minutes":"45"}""", "duration_minutes")]
    [InlineData("""{"resource":"repo:a/b","duration_seconds":4}""", "duration_seconds")]
    [InlineData("""{"resource":"repo:a/b","duration_seconds":86401}""", "duration_seconds")]
    [InlineData("""{"resource":"repo:a/b","duration_minutes":5,"duration_seconds":300}""", "duration_seconds")]
    [InlineData("""{"resource":"repo:a/b","priority":-1}""", "priority")]
    [InlineData("""{"resource":"repo:a/b","priority":1001}""", "priority")]
    [InlineData("""{"resource":"repo:a/b","agent_type":""}""", "agent_type")]
    [InlineData("""{"resource":"repo:a/b","start_at":"tomorrow"}""", "start_at")]
    [InlineData("""{"resource":"repo:a/b","metadata":[]}""", "metadata")]
    [InlineData("""{"resource":"repo:a/b","wait_seconds":56}""", "wait_seconds")]
    [InlineData("""{"resource":"repo:a/b","wait_seconds":-1}""", "wait_seconds")]
    [InlineData("""{"resource":"repo:a/b","ticket":""}""", "ticket")]
    [InlineData("""{"resource":"repo:a/b","ticket":5}""", "ticket")]
    public async Task A_start_with_a_mistake_names_the_field(string body, string field)
    {
        foreach (var path in new[] { Start, "/v1/work/check", "/v1/work/claim" })
        {
            var response = await _world.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.BadRequest, response.Status);
            Assert.Equal("validation_failed", response.Error);
            Assert.Equal([field], response.WrongFields);
        }

        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task Every_mistake_is_named_at_once()
    {
        var response = await _world.PostAsync(
            Start,
            """{"agent_id":"x","priority":-1,"wait_seconds":99,"duration_minutes":0,"start_at":"2027-01-01T00:00:00Z"}""",
            EdgeWorld.WithKey("two words"));
        Assert.Equal(
            ["agent_id", "duration_minutes", "Idempotency-Key", "priority", "resource", "start_at", "wait_seconds"],
            response.WrongFields.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("reason", 500)]
    [InlineData("agent_type", 100)]
    public async Task A_text_may_have_its_most_characters_and_not_one_more(string field, int max)
    {
        var longest = string.Concat(Enumerable.Repeat("😀", max));
        Assert.Equal(HttpStatusCode.OK, (await StartAsync(field, longest)).Status);
        Assert.Equal([field], (await StartAsync(field, longest + "x")).WrongFields);
    }

    [Fact]
    public async Task Metadata_may_have_4_KiB_as_compact_JSON()
    {
        Assert.Equal(HttpStatusCode.OK, (await StartAsync("metadata", new { a = new string('x', 4096 - 8) })).Status);
        Assert.Equal(["metadata"], (await StartAsync("metadata", new { a = new string('x', 4096 - 7) })).WrongFields);
    }

    [Theory]
    [InlineData("2026-05-22T10:35:00Z", true)]
    [InlineData("2026-05-22T12:25:00+02:00", true)]
    [InlineData("2026-05-22T10:35:00.001Z", false)]
    [InlineData("2026-05-22T10:24:59.999Z", false)]
    public async Task A_start_lies_within_five_minutes_of_now(string startAt, bool isNear)
    {
        var response = await StartAsync("start_at", startAt);
        if (isNear)
        {
            Assert.Equal(HttpStatusCode.OK, response.Status);
            return;
        }

        Assert.Equal((HttpStatusCode.BadRequest, "start_at_out_of_range"), (response.Status, response.Error));
        Assert.Contains("/v1/holds", response.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["start_at"], response.WrongFields);
    }

    [Fact]
    public async Task What_is_left_out_has_its_default()
    {
        await _world.PostAsync(Start, """{"resource":"repo:Owner/Repo","priority":null,"unknown":1}""");
        var start = Assert.IsType<StartRun>(_world.Requests.Commands.Single().Command);
        Assert.Equal(
            new StartRun(
                new Caller(Some.OrgId, Some.Agent.Id, "nightly-codex", null), Some.Resource(), LeaseDuration.Default,
                100, null, "generic", "{}", ArbitrationMode.Enforce) { Plan = Some.Workspace.Plan },
            start);
    }

    [Fact]
    public async Task What_is_given_is_passed_on()
    {
        await _world.PostAsync(
            Start,
            """
            {"resource":"repo:owner/repo","resource_type":"repo","resource_key":"https://github.com/Owner/Repo.git",
             "duration_seconds":5,"priority":7,"reason":"r","agent_type":"codex","metadata":{"a": [1]},
             "wait_seconds":0,"ticket":"t"}
            """);
        var start = Assert.IsType<StartRun>(_world.Requests.Commands.Single().Command);
        Assert.Equal((5, 7, "r", "codex"), (start.Duration.Seconds, start.Priority, start.Reason, start.AgentType));
        Assert.Equal("""{"a":[1]}""", start.Metadata);
        Assert.Equal("Owner/Repo", start.Resource.Key);
    }

    [Theory]
    [InlineData("working-set", """{"mode":"edit","paths":["a"]}""", "claim_id")]
    [InlineData("working-set", """{"claim_id":"x","mode":"edit","paths":["a"]}""", "claim_id")]
    [InlineData("working-set", """{"claim_id":"$","paths":["a"]}""", "mode")]
    [InlineData("working-set", """{"claim_id":"$","mode":"write","paths":["a"]}""", "mode")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit"}""", "paths")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":[]}""", "paths")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":"a"}""", "paths")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["a","../b"]}""", "paths[1]")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["/etc"]}""", "paths[0]")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["a\\b"]}""", "paths[0]")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":[7]}""", "paths[0]")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["a"],"lease_seconds":29}""", "lease_seconds")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["a"],"operation":"swap"}""", "operation")]
    [InlineData("working-set", """{"claim_id":"$","mode":"edit","paths":["a"],"resource":"a/b"}""", "resource")]
    [InlineData("extend", """{"claim_id":"$"}""", "duration_minutes")]
    [InlineData("extend", """{"duration_minutes":1}""", "claim_id")]
    [InlineData("extend", """{"claim_id":"$","duration_minutes":1,"working_set":[]}""", "working_set")]
    [InlineData("extend", """{"claim_id":"$","duration_minutes":1,"working_set":{"mode":"edit","paths":["a/../b"]}}""", "working_set.paths[0]")]
    [InlineData("finish", """{}""", "claim_id")]
    [InlineData("finish", """{"claim_id":"$","outcome":"won"}""", "outcome")]
    [InlineData("finish", """{"claim_id":"$","summary":5}""", "summary")]
    public async Task A_call_on_a_claim_with_a_mistake_names_the_field(string call, string body, string field)
    {
        var response = await _world.PostAsync(
            $"/v1/work/run/{call}", body.Replace("$", ClaimId, StringComparison.Ordinal));
        Assert.Equal("validation_failed", response.Error);
        Assert.Equal([field], response.WrongFields);
    }

    [Fact]
    public async Task More_than_a_thousand_paths_are_too_many()
    {
        Assert.Equal(["paths"], (await DeclareAsync(1001)).WrongFields);
        Assert.Equal(HttpStatusCode.OK, (await DeclareAsync(1000)).Status);
    }

    [Fact]
    public async Task A_declaration_names_each_path_once_in_its_normal_form()
    {
        await _world.PostAsync(
            "/v1/work/run/working-set",
            $$"""{"claim_id":"{{ClaimId}}","mode":"delete","paths":["./a//b","a/b","c/"],"lease_seconds":30,"operation":"add"}""");
        var command = Assert.IsType<DeclareWorkingSet>(_world.Requests.Commands.Single().Command);
        Assert.Equal(["a/b", "c/"], command.Declaration.Paths.Select(p => p.Text));
        Assert.Equal(
            (AccessMode.Delete, 30, WorkingSetOperation.Add),
            (command.Declaration.Mode, command.Declaration.LeaseSeconds!.Value, command.Declaration.Operation));
    }

    [Fact]
    public async Task An_extension_may_carry_a_declaration()
    {
        await _world.PostAsync(
            $"/v1/work/claims/{ClaimId}/extend",
            """{"duration_minutes":2,"working_set":{"mode":"read","paths":["docs/**"]}}""");
        var command = Assert.IsType<ExtendClaim>(_world.Requests.Commands.Single().Command);
        Assert.Equal((ClaimId, 120), (command.ClaimId.ToString(), command.Duration.Seconds));
        Assert.Equal(AccessMode.Read, command.WorkingSet!.Mode);
    }

    [Fact]
    public async Task A_finish_says_how_the_run_went()
    {
        await _world.PostAsync(
            "/v1/work/run/finish", $$"""{"claim_id":"{{ClaimId}}","outcome":"cancelled","summary":"s"}""");
        var command = Assert.IsType<FinishRun>(_world.Requests.Commands.Single().Command);
        Assert.Equal((RunOutcome.Cancelled, "s"), (command.RunOutcome!.Value, command.Summary));
    }

    [Theory]
    [InlineData("GET", "/v1/work/claims/not-a-uuid")]
    [InlineData("DELETE", "/v1/work/claims/not-a-uuid")]
    [InlineData("POST", "/v1/work/claims/not-a-uuid/extend")]
    public async Task A_path_that_is_no_uuid_names_nothing(string method, string path)
    {
        var body = method == "POST" ? """{"duration_minutes":1}""" : null;
        var response = await _world.SendAsync(new HttpMethod(method), path, body);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (response.Status, response.Error));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("offset=-1", "offset")]
    [InlineData("status=open", "status")]
    [InlineData("status=active&status=expired", "status")]
    [InlineData("resource=owner/repo", "resource")]
    public async Task A_list_with_a_mistake_names_the_parameter(string query, string field)
    {
        var response = await _world.GetAsync($"/v1/work/claims?{query}");
        Assert.Equal([field], response.WrongFields);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        var response = await _world.SendAsync(
            HttpMethod.Delete, $"/v1/work/claims/{ClaimId}?fencing_token={token}");
        Assert.Equal(["fencing_token"], response.WrongFields);
    }

    private Task<Response> StartAsync(string field, object value) => _world.PostAsync(
        Start, JsonSerializer.Serialize(new Dictionary<string, object> { ["resource"] = "repo:a/b", [field] = value }));

    private Task<Response> DeclareAsync(int paths) => _world.PostAsync(
        "/v1/work/run/working-set",
        JsonSerializer.Serialize(new
        {
            claim_id = ClaimId,
            mode = "read",
            paths = Enumerable.Range(0, paths).Select(i => $"f{i}"),
        }));
}
