using System.Net;
using System.Net.Sockets;
using System.Text;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Availsync.Edge.Tests.Proxy;

public sealed class AccountingProxyTests : IAsyncLifetime
{
    private readonly List<Seen> _seen = [];
    private IHost _accounting = null!;
    private EdgeWorld _world = null!;
    private Func<HttpContext, Task> _answer = context => context.Response.WriteAsync("{}");

    public async ValueTask InitializeAsync()
    {
        _accounting = new HostBuilder()
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureWebHost(web => web
                .UseKestrel().UseUrls("http://127.0.0.1:0").Configure(app => app.Run(AnswerAsync)))
            .Build();
        await _accounting.StartAsync();
        var address = _accounting.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _world = await EdgeWorld.StartAsync(("Accounting:Address", address));
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _accounting.StopAsync();
        _accounting.Dispose();
    }

    [Fact]
    public async Task Accounting_learns_who_calls_and_never_the_secret()
    {
        await _world.GetAsync("/v1/me", r => r.Headers.Add("X-Request-Id", "call-7"));
        var seen = _seen.Single();
        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
        var identity = Verified(seen);
        Assert.Equal(Some.Key(), identity.Principal);
        Assert.Equal(("call-7", "127.0.0.1"), (identity.RequestId, identity.RemoteAddress));
        Assert.True(identity.IsPlainLoopback);
        Assert.Equal("call-7", seen.Headers["X-Request-Id"]);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7", "203.0.113.7", "https")]
    [InlineData("127.0.0.0/8", "198.51.100.1, 203.0.113.7", "203.0.113.7", "https")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "127.0.0.1", "http")]
    public async Task A_proxy_in_front_is_believed_one_step_back_and_only_where_it_is_known(
        string trusted, string header, string address, string scheme)
    {
        await using var world = await EdgeWorld.StartAsync(
            ("Accounting:Address", _accounting.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
            ("Edge:TrustedProxies:0", trusted));
        await world.GetAsync("/v1/me", request =>
        {
            request.Headers.Add("X-Forwarded-For", header);
            request.Headers.Add("X-Forwarded-Proto", "https");
        });
        var identity = Verified(_seen.Single());
        Assert.Equal((address, scheme), (identity.RemoteAddress, identity.Scheme));
        Assert.False(identity.IsPlainLoopback);
    }

    [Fact]
    public async Task A_session_goes_on_as_who_it_is()
    {
        await _world.GetAsync($"/v1/orgs/{Some.OrgId}/agents?limit=3", EdgeWorld.AsPerson);
        var seen = _seen.Single();
        Assert.DoesNotContain("Cookie", seen.Headers.Keys);
        Assert.Equal(Some.Person(), Verified(seen).Principal);
        Assert.Equal($"GET /v1/orgs/{Some.OrgId}/agents?limit=3", seen.Request);
    }

    [Fact]
    public async Task A_forged_identity_is_thrown_away()
    {
        await _world.GetAsync("/v1/me", r => r.Headers.Add(InternalIdentity.Header, "forged"));
        Assert.Equal(Some.Key(), Verified(_seen.Single()).Principal);
    }

    [Fact]
    public async Task A_header_of_any_bytes_does_no_harm()
    {
        var response = await _world.GetAsync("/v1/me", r => r.Headers.TryAddWithoutValidation("X-Name", "Zo\u00eb"));
        Assert.Equal(HttpStatusCode.OK, response.Status);
    }

    [Fact]
    public async Task Signing_in_needs_no_credential_and_brings_one_back()
    {
        _answer = context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers.SetCookie = "availsync_session=new; path=/";
            return context.Response.WriteAsync("{\"user\":{}}");
        };
        var response = await _world.PostAsync(
            "/v1/auth/signup", """{"email":"a@b.c"}""", r => r.Headers.Remove("Authorization"));
        Assert.Equal((HttpStatusCode.Created, "{\"user\":{}}"), (response.Status, response.Text));
        Assert.Equal("availsync_session=new; path=/", response.Headers["Set-Cookie"]);
        var seen = _seen.Single();
        Assert.Null(Verified(seen).Principal);
        Assert.Equal("""{"email":"a@b.c"}""", seen.Body);
    }

    [Fact]
    public async Task Signing_out_is_not_undone_by_a_renewed_cookie()
    {
        _answer = context =>
        {
            context.Response.Headers.SetCookie = "availsync_session=; max-age=0; path=/";
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };
        var response = await _world.SendAsync(HttpMethod.Post, "/v1/auth/logout", null, EdgeWorld.AsPerson);
        Assert.Equal("availsync_session=; max-age=0; path=/", response.Headers["Set-Cookie"]);
    }

    [Fact]
    public async Task Strangers_are_stopped_at_the_edge()
    {
        var response = await _world.GetAsync("/v1/me", r => r.Headers.Remove("Authorization"));
        Assert.Equal("unauthorized", response.Error);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task What_accounting_refuses_goes_through_as_it_is()
    {
        _answer = async context =>
        {
            context.Response.StatusCode = 500;
            context.Response.Headers["X-Request-Id"] = "theirs";
            await context.Response.WriteAsync("""{"error":"internal_error"}""");
        };
        var response = await _world.GetAsync("/v1/me", r => r.Headers.Add("X-Request-Id", "mine"));
        Assert.Equal(HttpStatusCode.InternalServerError, response.Status);
        Assert.Equal("""{"error":"internal_error"}""", response.Text);
        Assert.Equal("mine", response.Headers["X-Request-Id"]);
    }

    [Fact]
    public async Task The_code_of_an_error_is_kept_for_the_record_and_not_told_twice()
    {
        _answer = context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Headers[InternalIdentity.ErrorHeader] = "not_found";
            return context.Response.WriteAsync("{}");
        };
        var response = await _world.PostAsync("/v1/activity/usage", "{}");
        Assert.DoesNotContain(InternalIdentity.ErrorHeader, response.Headers);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            ("usage.report", TrafficStatus.Rejected, 404, "not_found"),
            (record.Type, record.Status, record.HttpStatus, record.Error));
    }

    [Theory]
    [InlineData("GET", "/v1/activity?limit=3")]
    [InlineData("POST", "/v1/activity/usage")]
    [InlineData("GET", "/v1/audit")]
    [InlineData("GET", "/v1/value/health?days=7")]
    [InlineData("GET", "/v1/billing/status")]
    [InlineData("PUT", "/v1/billing/plan")]
    [InlineData("POST", "/v1/mcp/heartbeat")]
    [InlineData("POST", "/v1/orgs/1/agents/2/test-connection")]
    public async Task What_accounting_knows_is_asked_there(string method, string path)
    {
        await _world.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}");
        Assert.Equal($"{method} {path}", _seen.Single().Request);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_is_limited_before_it_goes_on(bool chunked)
    {
        var fits = await SendAsync(256 * 1024);
        var tooLarge = await SendAsync(256 * 1024 + 1);
        Assert.Equal(HttpStatusCode.OK, fits.Status);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (tooLarge.Status, tooLarge.Error));
        Assert.Equal(256 * 1024, _seen.Single().Body.Length);

        Task<Response> SendAsync(int length) => _world.SendAsync(
            HttpMethod.Patch, $"/v1/orgs/{Some.OrgId}", new string('x', length), request =>
            {
                EdgeWorld.AsPerson(request);
                request.Headers.TransferEncodingChunked = chunked;
            });
    }

    [Fact]
    public async Task Accounting_that_is_not_there_is_told_with_a_time_to_come_back()
    {
        using var taken = TakenPort();
        await using var world = await EdgeWorld.StartAsync(("Accounting:Address", $"http://{taken.LocalEndPoint}"));
        var response = await world.GetAsync("/v1/me");
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "accounting_unavailable"), (response.Status, response.Error));
        Assert.Equal("1", response.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Accounting_that_hangs_is_given_up_in_time()
    {
        await using var world = await EdgeWorld.StartAsync(
            ("Accounting:Address", _accounting.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
            ("Edge:AnswerWithinSeconds", "1"));
        _answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        var response = await world.GetAsync("/v1/me");
        Assert.Equal("accounting_unavailable", response.Error);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/health/live") return;
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        _seen.Add(new Seen(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync()));
        await _answer(context);
    }

    private static InternalIdentity Verified(Seen seen)
    {
        var identity = InternalIdentity.Verify(
            seen.Headers[InternalIdentity.Header], Convert.FromBase64String(EdgeWorld.SigningKey), Some.Now);
        Assert.NotNull(identity);
        return identity;
    }

    /// <summary>Taken, so that nobody else is given it, but not listened on.</summary>
    private static Socket TakenPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private sealed record Seen(string Request, Dictionary<string, string> Headers, string Body);
}
