using System.Net;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Metering;

public sealed class PlanLimitTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private const string Body = """{"resource":"repo:a/b"}""";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        _world.Requests.OnCommand(c => new Reply.Answered(
            c.Command is RecordRefusal refusal ? refusal.Refusal : new Outcome.Granted(Some.Claim()),
            c.RequestId, false, null));
        Allow(1);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Beyond_the_plan_a_call_is_told_the_limit_and_how_to_get_more()
    {
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync("/v1/work/claims")).Status);
        var refused = await _world.GetAsync("/v1/work/claims", r => r.Headers.Add("X-Request-Id", "call-2"));
        Assert.Equal(HttpStatusCode.PaymentRequired, refused.Status);
        Assert.Equal(
            """{"action":"plan_limit_reached","limit":{"name":"monthly_api_calls","used":1,"max":1},"plan":"free","upgrade_hint":{"limit":"monthly_api_calls","used":1,"max":1,"plan":"team","plan_max":50,"message":"1 of 1 monthly api calls are used; the plan 'team' allows 50."},"error":"plan_limit_reached","message":"The plan of the workspace allows no more of this.","request_id":"call-2"}""",
            refused.Text);
    }

    [Fact]
    public async Task Without_an_idempotency_key_nothing_is_asked_of_an_arbiter()
    {
        await SpendAsync();
        Assert.Equal("plan_limit_reached", (await _world.PostAsync(Start, Body)).Error);
        Assert.Equal(
            "plan_limit_reached",
            (await _world.GetAsync("/v1/work/claims", EdgeWorld.WithKey("a-read-repeats-nothing"))).Error);
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task With_an_idempotency_key_the_refusal_is_recorded()
    {
        await SpendAsync();
        var response = await _world.PostAsync(Start, Body, EdgeWorld.WithKey("k"));
        Assert.Equal((HttpStatusCode.PaymentRequired, "plan_limit_reached"), (response.Status, response.Error));
        var envelope = _world.Requests.Commands.Single();
        Assert.Equal("k", envelope.Idempotency!.Key.Value);
        Assert.IsType<Outcome.PlanLimitReached>(Assert.IsType<RecordRefusal>(envelope.Command).Refusal);
    }

    [Fact]
    public async Task A_repeat_of_an_answered_request_is_answered_beyond_the_limit_too()
    {
        await SpendAsync();
        _world.Requests.OnCommand(_ => new Reply.Answered(
            new Outcome.Granted(Some.Claim()), "first", true, ClaimStatus.Active));
        var response = await _world.PostAsync(Start, Body, EdgeWorld.WithKey("k"));
        Assert.Equal((HttpStatusCode.OK, "true"), (response.Status, response.Headers["Idempotency-Replayed"]));
    }

    [Theory]
    [InlineData(Start, "{")]
    [InlineData(Start, """{"resource":7}""")]
    [InlineData("/v1/work/claims/no-id/extend", "{}")]
    public async Task What_is_no_repeat_of_anything_is_told_the_limit(string path, string body)
    {
        await SpendAsync();
        Assert.Equal("plan_limit_reached", (await _world.PostAsync(path, body, EdgeWorld.WithKey("k"))).Error);
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_heartbeat_and_a_person_are_never_held_to_the_count()
    {
        await SpendAsync();
        var heartbeat = await _world.PostAsync("/v1/mcp/heartbeat", "{}");
        Assert.Equal("accounting_unavailable", heartbeat.Error); // Let in, and forwarded to nobody here.
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync("/v1/work/claims", EdgeWorld.AsPerson)).Status);
    }

    [Fact]
    public async Task Only_calls_that_were_let_in_are_counted()
    {
        await using var world = await EdgeWorld.StartAsync(("RateLimits:PerKeyPerSecond", "1"));
        world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => world.GetAsync("/v1/work/claims")));
        await world.PostAsync("/v1/mcp/heartbeat", "{}");
        await world.GetAsync("/v1/work/claims", EdgeWorld.AsPerson);
        await world.StopAsync();
        Assert.Contains(answers, a => a.Status == HttpStatusCode.TooManyRequests);
        var told = world.Requests.Asked.OfType<MeterCalls>().Last().Counts.Single();
        Assert.Equal(answers.Count(a => a.Status == HttpStatusCode.OK), told.Used);
    }

    [Fact]
    public async Task A_larger_plan_holds_at_once()
    {
        await SpendAsync();
        Assert.Equal(HttpStatusCode.PaymentRequired, (await _world.GetAsync("/v1/work/claims")).Status);
        Allow(1000);
        await ActivatorUtilities.CreateInstance<PrincipalChanges>(_world.Services)
            .HandleAsync(new PrincipalChanged(Some.OrgId), CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync("/v1/work/claims")).Status);
    }

    [Fact]
    public async Task An_accounting_that_lends_nothing_for_too_long_is_told_as_unavailable()
    {
        _world.Requests.On<MeterCalls>(_ => throw new TimeoutException());
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync("/v1/work/claims")).Status);
        var response = await _world.GetAsync("/v1/work/claims");
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "accounting_unavailable", "1"),
            (response.Status, response.Error, response.Headers["Retry-After"]));
    }

    [Fact]
    public async Task A_start_carries_the_plan_of_its_workspace()
    {
        await _world.PostAsync(Start, Body);
        Assert.Equal(Some.Bounded(1), ((StartRun)_world.Requests.Commands.Single().Command).Plan);
    }

    private void Allow(long calls)
    {
        _world.Lender.Max = calls;
        _world.Knows(_world.ApiKeyText, Some.Key(Some.Bounded(calls)));
    }

    private async Task SpendAsync() => await _world.GetAsync("/v1/work/claims");
}
