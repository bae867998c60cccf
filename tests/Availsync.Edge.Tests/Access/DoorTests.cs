using System.Net;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.Access;

public sealed class DoorTests : IAsyncLifetime
{
    private const string Claims = "/v1/work/claims";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.Granted(Some.Claim()), c.RequestId, false, null));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer avs_live_short")]
    [InlineData("Bearer avs_live_00000000000000000000000000000000000000")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task A_malformed_credential_is_refused_without_asking_anybody(string authorization)
    {
        var response = await _world.GetAsync(Claims, request =>
        {
            request.Headers.Remove("Authorization");
            if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        });
        AssertUnauthorized(response);
        Assert.Empty(_world.Requests.Asked);
    }

    [Fact]
    public async Task An_unknown_key_looks_like_any_other_refusal()
    {
        AssertUnauthorized(await GetWithKeyAsync(ApiKey.Create()));
        Assert.Single(_world.Requests.Asked);
    }

    [Fact]
    public async Task A_malformed_key_is_not_replaced_by_a_session()
    {
        AssertUnauthorized(await _world.GetAsync(Claims, request =>
        {
            EdgeWorld.AsPerson(request);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer nonsense");
        }));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_as_soon_as_the_change_is_heard()
    {
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync(Claims)).Status);
        _world.Forgets(_world.ApiKeyText);
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync(Claims)).Status);
        await Changes.HandleAsync(new PrincipalChanged(Some.OrgId), CancellationToken.None);
        AssertUnauthorized(await _world.GetAsync(Claims));
    }

    [Fact]
    public async Task A_restored_connection_makes_the_edge_ask_again()
    {
        await _world.GetAsync(Claims);
        _world.Forgets(_world.ApiKeyText);
        Changes.ConnectionRestored();
        AssertUnauthorized(await _world.GetAsync(Claims));
    }

    [Fact]
    public async Task A_rotated_key_ends_with_its_grace()
    {
        _world.Knows(_world.ApiKeyText, Some.Key(validUntil: Some.Now.AddSeconds(30)));
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync(Claims)).Status);
        _world.Forgets(_world.ApiKeyText);
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        AssertUnauthorized(await _world.GetAsync(Claims));
    }

    [Fact]
    public async Task While_accounting_is_down_the_known_go_on_and_the_unknown_are_told()
    {
        await _world.GetAsync(Claims);
        _world.Requests.On<Authenticate>(_ => throw new TimeoutException());
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync(Claims)).Status);
        var response = await GetWithKeyAsync(ApiKey.Create());
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "accounting_unavailable"), (response.Status, response.Error));
        Assert.Equal("1", response.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_person_is_renewed_with_every_look_up_and_not_in_between()
    {
        var first = await _world.GetAsync(Claims, EdgeWorld.AsPerson);
        var second = await _world.GetAsync(Claims, EdgeWorld.AsPerson);
        Assert.Equal(
            "availsync_session=a-session-token; max-age=43200; path=/; samesite=lax; httponly",
            first.Headers["Set-Cookie"]);
        Assert.DoesNotContain("Set-Cookie", second.Headers);
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("Set-Cookie", (await _world.GetAsync(Claims, EdgeWorld.AsPerson)).Headers);
    }

    [Fact]
    public async Task A_cookie_is_secure_where_a_proxy_speaks_for_the_client()
    {
        var response = await _world.GetAsync(Claims, request =>
        {
            EdgeWorld.AsPerson(request);
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        });
        Assert.Contains("; secure;", response.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example", true)]
    [InlineData("null", true)]
    [InlineData("http://127.0.0.1:1", true)]
    [InlineData("own", false)]
    [InlineData(null, false)]
    public async Task A_foreign_page_cannot_use_a_person_s_cookie(string? origin, bool isRejected)
    {
        origin = origin == "own" ? _world.Address.GetLeftPart(UriPartial.Authority) : origin;
        var response = await _world.PostAsync(
            "/v1/work/run/start", $$"""{"resource":"repo:a/b","agent_id":"{{Some.Agent.Id}}"}""", request =>
            {
                EdgeWorld.AsPerson(request);
                if (origin is not null) request.Headers.TryAddWithoutValidation("Origin", origin);
            });
        if (isRejected) Assert.Equal((HttpStatusCode.Forbidden, "csrf_rejected"), (response.Status, response.Error));
        else Assert.Equal(HttpStatusCode.OK, response.Status);
    }

    [Fact]
    public async Task A_foreign_page_may_read_and_a_key_may_come_from_anywhere()
    {
        void Foreign(HttpRequestMessage request) => request.Headers.Add("Origin", "https://evil.example");
        var read = await _world.GetAsync(Claims, request =>
        {
            EdgeWorld.AsPerson(request);
            Foreign(request);
        });
        var key = await _world.PostAsync("/v1/work/run/start", """{"resource":"repo:a/b"}""", Foreign);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (read.Status, key.Status));
    }

    [Fact]
    public async Task An_allowed_origin_is_not_foreign()
    {
        await using var world = await EdgeWorld.StartAsync(("Edge:AllowedOrigins:0", "https://dash.example"));
        var response = await world.SendAsync(HttpMethod.Delete, "/v1/work/claims/x", null, request =>
        {
            EdgeWorld.AsPerson(request);
            request.Headers.Add("Origin", "https://dash.example");
        });
        Assert.Equal(HttpStatusCode.NotFound, response.Status);
    }

    [Fact]
    public async Task Too_many_calls_of_one_key_are_held_back_and_no_other_s()
    {
        // A second may pass between the calls and bring a token back, so there are many of them.
        await using var world = await EdgeWorld.StartAsync(("RateLimits:PerKeyPerSecond", "1"));
        world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.GetAsync(Claims)));
        var refused = responses.Where(r => r.Status == HttpStatusCode.TooManyRequests).ToList();
        Assert.True(responses.Count(r => r.Status == HttpStatusCode.OK) >= 2);
        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Equal(("rate_limited", "1"), (r.Error, r.Headers["Retry-After"])));
        Assert.All(responses, r => Assert.Equal("\"key\";q=2;w=2", r.Headers["RateLimit-Policy"]));
        Assert.All(responses, r => Assert.Matches("^\"key\";r=[01];t=[12]$", r.Headers["RateLimit"]));

        var person = await world.GetAsync(Claims, EdgeWorld.AsPerson);
        Assert.Equal(HttpStatusCode.OK, person.Status);
        Assert.DoesNotContain("RateLimit", person.Headers);
    }

    [Fact]
    public async Task No_limit_is_no_limit()
    {
        await using var world = await EdgeWorld.StartAsync(("RateLimits:PerKeyPerSecond", "0"));
        world.Requests.On<ListClaims>(_ => new ClaimPage([], 0));
        var response = await world.GetAsync(Claims);
        Assert.Equal(HttpStatusCode.OK, response.Status);
        Assert.DoesNotContain("RateLimit", response.Headers);
    }

    private PrincipalChanges Changes => ActivatorUtilities.CreateInstance<PrincipalChanges>(_world.Services);

    private Task<Response> GetWithKeyAsync(string key) => _world.GetAsync(Claims, request =>
    {
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
    });

    private static void AssertUnauthorized(Response response)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (response.Status, response.Error));
        Assert.Equal("A valid credential is required.", response.Json.GetProperty("message").GetString());
        Assert.Equal("Bearer", response.Headers["WWW-Authenticate"]);
    }
}
