using System.Net;
using System.Security.Cryptography;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Work;

public sealed class RepeatTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private const string Body = """{"resource":"repo:a/b"}""";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await EdgeWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_request_is_named_by_who_sends_what_where_under_which_key()
    {
        _world.Requests.OnCommand(c => Answered(new Outcome.Granted(Some.Claim()), c.RequestId));
        await _world.PostAsync(Start + "?x=1", Body, EdgeWorld.WithKey("k-1"));
        await _world.PostAsync(Start, Body);
        var stamps = _world.Requests.Commands.Select(c => c.Idempotency).ToList();
        var hash = Convert.ToHexStringLower(SHA256.HashData("""{"resource":"repo:a/b"}"""u8));
        Assert.True(IdempotencyKey.TryParse("k-1", out var key));
        Assert.Equal(
            [new IdempotencyStamp(Some.OrgId, Some.Agent.Id, "POST /v1/work/run/start", key, hash), null], stamps);
    }

    [Fact]
    public async Task A_person_s_requests_are_the_person_s_whatever_agent_they_name()
    {
        _world.Requests.OnCommand(c => Answered(new Outcome.Granted(Some.Claim()), c.RequestId));
        await _world.PostAsync(Start, $$"""{"resource":"repo:a/b","agent_id":"{{Some.Agent.Id}}"}""", request =>
        {
            EdgeWorld.AsPerson(request);
            EdgeWorld.WithKey("k")(request);
        });
        Assert.Equal(Some.PersonId, _world.Requests.Commands.Single().Idempotency!.PrincipalId);
    }

    [Fact]
    public async Task A_repeat_says_so_and_what_the_claim_is_by_now()
    {
        _world.Requests.OnCommand(_ => new Reply.Answered(
            new Outcome.Granted(Some.Claim()), "first", true, ClaimStatus.Revoked));
        var response = await _world.PostAsync(Start, Body, EdgeWorld.WithKey("k"));
        Assert.Equal("true", response.Headers["Idempotency-Replayed"]);
        Assert.Equal("revoked", response.Headers["Availsync-Claim-Status"]);
        Assert.Equal("active", response.Json.GetProperty("claim").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_repeated_refusal_is_the_first_one_to_the_byte()
    {
        var isFirst = true;
        _world.Requests.OnCommand(_ => new Reply.Answered(
            new Outcome.NotClaimOwner(), "first", !isFirst, null));
        var body = $$"""{"claim_id":"{{Some.Id(30)}}"}""";
        var first = await FinishAsync("first");
        isFirst = false;
        var second = await FinishAsync("second");
        Assert.Equal(HttpStatusCode.Forbidden, second.Status);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal("second", second.Headers["X-Request-Id"]);
        Assert.DoesNotContain("Idempotency-Replayed", first.Headers);
        Assert.DoesNotContain("Availsync-Claim-Status", second.Headers);

        Task<Response> FinishAsync(string requestId) => _world.PostAsync("/v1/work/run/finish", body, request =>
        {
            EdgeWorld.WithKey("k")(request);
            request.Headers.Add("X-Request-Id", requestId);
        });
    }

    [Fact]
    public async Task A_refusal_at_the_door_is_recorded_under_its_key()
    {
        _world.Requests.OnCommand(c => Answered(((RecordRefusal)c.Command).Refusal, c.RequestId));
        var body = $$"""{"resource":"repo:a/b","agent_id":"{{Some.OtherAgent.Id}}"}""";
        var response = await _world.PostAsync(Start, body, EdgeWorld.WithKey("k"));
        Assert.Equal("agent_mismatch", response.Error);
        var recorded = Assert.IsType<RecordRefusal>(_world.Requests.Commands.Single().Command);
        Assert.Equal(new Outcome.AgentMismatch(), recorded.Refusal);

        await _world.PostAsync(Start, body, EdgeWorld.WithKey("k"));
        Assert.Single(_world.Requests.Commands.Select(c => c.Command.Slot).Distinct());
    }

    [Fact]
    public async Task A_key_that_came_with_another_body_is_told_so_even_where_the_door_would_have_refused()
    {
        _world.Requests.OnCommand(c => Answered(new Outcome.KeyReused(), c.RequestId));
        var response = await _world.PostAsync(
            Start, $$"""{"resource":"repo:a/b","agent_id":"{{Some.OtherAgent.Id}}"}""", EdgeWorld.WithKey("k"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (response.Status, response.Error));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ünïcode")]
    public async Task A_malformed_key_is_a_mistake(string key)
    {
        var response = await _world.PostAsync(Start, Body, EdgeWorld.WithKey(key));
        Assert.Equal("validation_failed", response.Error);
        Assert.Equal(["Idempotency-Key"], response.WrongFields);
    }

    [Fact]
    public async Task A_key_may_have_255_characters()
    {
        _world.Requests.OnCommand(c => Answered(new Outcome.Granted(Some.Claim()), c.RequestId));
        var longest = new string('k', 255);
        Assert.Equal(HttpStatusCode.OK, (await _world.PostAsync(Start, Body, EdgeWorld.WithKey(longest))).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await _world.PostAsync(Start, Body, EdgeWorld.WithKey(longest + "k"))).Status);
    }

    private static Reply.Answered Answered(Outcome outcome, string? requestId) => new(outcome, requestId, false, null);
}
