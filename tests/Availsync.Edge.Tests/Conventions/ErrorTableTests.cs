using System.Net;
using System.Net.Sockets;
using System.Text;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Conventions;

public sealed class ErrorTableTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private const int BodyMax = 256 * 1024;
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.Granted(Some.Claim()), c.RequestId, false, null));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("POST", "/v1/orgs/1/unknown")]
    [InlineData("POST", "/v1/auth/reset")]
    [InlineData("DELETE", "/v1/work/run/start/x")]
    public async Task An_unknown_route_is_not_found_whoever_asks(string method, string path)
    {
        var response = await SendWithoutKeyAsync(method, path);
        AssertError(response, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("GET", Start, "POST")]
    [InlineData("PUT", "/v1/work/claims/x", "DELETE, GET")]
    [InlineData("DELETE", "/v1/orgs/1", "GET, PATCH")]
    [InlineData("GET", "/v1/auth/login", "POST")]
    [InlineData("POST", "/health/live", "GET")]
    [InlineData("PATCH", "/v1/orgs/1/agents/2/keys/3/rotate", "POST")]
    public async Task A_wrong_method_is_refused_with_the_right_ones_whoever_asks(
        string method, string path, string allow)
    {
        var response = await SendWithoutKeyAsync(method, path);
        AssertError(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal(allow, string.Join(", ", response.Headers["Allow"].Split(", ").Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"resource":"repo:a/b"} x""")]
    [InlineData("""{"resource":"\ud800"}""")]
    public async Task What_is_no_JSON_object_is_refused(string body) =>
        AssertError(await _world.PostAsync(Start, body), HttpStatusCode.BadRequest, "invalid_json");

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    public async Task A_body_is_JSON_in_UTF_8(string? type)
    {
        var response = await _world.PostAsync(Start, "{}", request =>
        {
            request.Content!.Headers.Remove("Content-Type");
            if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        });
        AssertError(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_may_have_256_KiB_and_not_a_byte_more(bool chunked)
    {
        var fits = await SendBodyAsync(BodyMax, chunked);
        Assert.Equal(HttpStatusCode.OK, fits.Status);
        var larger = await SendBodyAsync(BodyMax + 1, chunked);
        AssertError(larger, HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task A_huge_body_is_told_so_before_it_is_sent()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_world.Address.Host, _world.Address.Port);
        await using var stream = client.GetStream();
        var head = $"POST {Start} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_world.ApiKeyText}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task A_fault_says_nothing_of_its_cause()
    {
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.NothingDue(null), c.RequestId, false, null));
        var response = await _world.PostAsync(Start, """{"resource":"repo:a/b"}""");
        AssertError(response, HttpStatusCode.InternalServerError, "internal_error");
        Assert.Equal("Something went wrong on our side.", response.Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_arbiter_that_is_not_there_is_told_with_a_time_to_come_back()
    {
        _world.Requests.On<Decide>(_ => throw new TimeoutException());
        _world.Requests.On<ListClaims>(_ => throw new TimeoutException());
        foreach (var response in new[]
        {
            await _world.PostAsync(Start, """{"resource":"repo:a/b"}"""),
            await _world.GetAsync("/v1/work/claims"),
        })
        {
            AssertError(response, HttpStatusCode.ServiceUnavailable, "arbiter_unavailable");
            Assert.Equal("1", response.Headers["Retry-After"]);
        }
    }

    [Fact]
    public async Task A_commit_of_unknown_fate_is_no_answer()
    {
        _world.Requests.OnCommand(_ => new Reply.Unknown());
        AssertError(
            await _world.PostAsync(Start, """{"resource":"repo:a/b"}"""),
            HttpStatusCode.ServiceUnavailable, "arbiter_unavailable");
    }

    [Theory]
    [InlineData("sane-id_1", true)]
    [InlineData("with space", false)]
    [InlineData("", false)]
    public async Task A_sane_request_id_is_kept_and_any_other_replaced(string id, bool isKept)
    {
        var response = await _world.GetAsync("/nothing", r => r.Headers.TryAddWithoutValidation("X-Request-Id", id));
        Assert.Equal(isKept, response.Headers["X-Request-Id"] == id);
        Assert.Equal(response.Headers["X-Request-Id"], response.Json.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task A_request_id_of_129_characters_is_too_long()
    {
        var id = new string('i', 129);
        var response = await _world.GetAsync("/health/live", r => r.Headers.Add("X-Request-Id", id));
        Assert.NotEqual(id, response.Headers["X-Request-Id"]);
    }

    [Fact]
    public async Task The_legacy_route_says_so_in_every_answer()
    {
        var answers = new[]
        {
            await _world.PostAsync("/v1/work/claim", """{"resource":"repo:a/b"}"""),
            await _world.PostAsync("/v1/work/claim", "{}"),
            await _world.PostAsync("/v1/work/claim", "{}", r => r.Headers.Remove("Authorization")),
            await FaultAsync(),
        };
        Assert.Equal([201, 400, 401, 500], answers.Select(a => (int)a.Status));
        Assert.All(answers, a =>
        {
            Assert.Equal("@1767225600", a.Headers["Deprecation"]);
            Assert.Equal("Fri, 31 Dec 2027 00:00:00 GMT", a.Headers["Sunset"]);
            Assert.Equal("</v1/work/run/start>; rel=\"successor-version\"", a.Headers["Link"]);
        });
    }

    [Fact]
    public async Task The_contract_and_its_pages_are_part_of_the_program()
    {
        var document = await _world.GetAsync("/openapi/v1.json");
        Assert.Equal("3.1.0", document.Json.GetProperty("openapi").GetString());
        var page = await _world.GetAsync("/reference/");
        Assert.Equal("text/html", page.Headers["Content-Type"]);
        Assert.DoesNotContain("://", page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _world.GetAsync("/reference/scalar.js")).Status);
    }

    [Fact]
    public async Task Nothing_says_what_the_server_is_made_of()
    {
        var response = await _world.GetAsync("/health/ready", r => r.Headers.Add("X-Forwarded-For", "192.0.2.7"));
        Assert.Equal("""{"status":"ok"}""", response.Text);
        Assert.DoesNotContain("Server", response.Headers);
    }

    private Task<Response> SendWithoutKeyAsync(string method, string path) =>
        _world.SendAsync(new HttpMethod(method), path, null, request => request.Headers.Remove("Authorization"));

    private Task<Response> FaultAsync()
    {
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.NothingDue(null), c.RequestId, false, null));
        return _world.PostAsync("/v1/work/claim", """{"resource":"repo:a/b"}""");
    }

    private Task<Response> SendBodyAsync(int bytes, bool chunked)
    {
        const string frame = """{"resource":"repo:a/b","x":""}""";
        var body = frame.Insert(frame.Length - 2, new string('x', bytes - frame.Length));
        return _world.PostAsync(Start, body, request => request.Headers.TransferEncodingChunked = chunked);
    }

    private static void AssertError(Response response, HttpStatusCode status, string code)
    {
        Assert.Equal((status, code), (response.Status, response.Error));
        Assert.Equal("application/json; charset=utf-8", response.Headers["Content-Type"]);
        Assert.NotEmpty(response.Json.GetProperty("message").GetString()!);
        Assert.Equal(response.Headers["X-Request-Id"], response.Json.GetProperty("request_id").GetString());
    }
}
