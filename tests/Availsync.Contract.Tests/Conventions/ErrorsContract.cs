using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>The error table, as far as it belongs to no single endpoint. The object's form all tests check.</summary>
public abstract class ErrorsContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";
    private const int BytesMax = 256 * 1024;

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{'a': 1}")]
    [InlineData("{\"a\": NaN}")]
    [InlineData("{\"a\": 1,}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"reason\": \"\\ud800\"}")]
    public async Task A_body_that_is_no_json_object_is_invalid_json(string body)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Start, body)).ExpectError(400, "invalid_json");
        (await Shared.Owner.PostTextAsync($"{Shared.Path}/agents", body)).ExpectError(400, "invalid_json");
        (await Anonymous.PostTextAsync("/v1/auth/login", body)).ExpectError(400, "invalid_json");
    }

    [Fact]
    public async Task A_body_that_is_no_utf8_is_invalid_json()
    {
        var agent = await NewAgentAsync();
        var bytes = Encoding.Latin1.GetBytes("{\"resource\": \"repo:owner/caf\u00e9\"}");
        (await agent.Client.SendAsync("POST", Start, Client.Content(bytes, "application/json")))
            .ExpectError(400, "invalid_json");
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);
        (await agent.Client.PostTextAsync(Start, deep)).ExpectError(400, "invalid_json");
    }

    [Fact]
    public async Task All_wrong_fields_are_named_at_once()
    {
        var agent = await NewAgentAsync();
        var answer = await agent.PostAsync(
            Start, new { resource = NewRepo(), duration_minutes = 0, priority = 1001, reason = new string('x', 501),
                metadata = 1 });
        answer.ExpectWrong("duration_minutes", "metadata", "priority", "reason");
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/v1")]
    [InlineData("GET", "/v1/nowhere")]
    [InlineData("POST", "/v1/work/run/begin")]
    [InlineData("POST", "/v2/work/run/start")]
    [InlineData("DELETE", "/v1/auth/nothing")]
    [InlineData("GET", "/v1/orgs")]
    [InlineData("PATCH", "/v1/work/claims/1/2/3")]
    public async Task An_unknown_route_is_404_with_the_error_object(string method, string path)
    {
        (await Anonymous.SendAsync(method, path)).ExpectError(404, "not_found");
        (await Shared.Owner.SendAsync(method, path)).ExpectError(404, "not_found");
    }

    [Theory]
    [InlineData("GET", "/v1/work/run/start", "POST")]
    [InlineData("PUT", "/v1/work/run/finish", "POST")]
    [InlineData("POST", "/v1/work/claims", "GET")]
    [InlineData("POST", "/v1/me", "GET")]
    [InlineData("GET", "/v1/auth/login", "POST")]
    [InlineData("OPTIONS", "/v1/work/check", "POST")]
    [InlineData("BREW", "/v1/work/check", "POST")]
    public async Task A_wrong_method_is_405_and_says_which_are_right(string method, string path, string allowed)
    {
        var answer = (await Anonymous.SendAsync(method, path)).ExpectError(405, "method_not_allowed");
        Assert.Equal(allowed, answer.Header("Allow"));
    }

    [Fact]
    public async Task A_body_of_256_KiB_is_taken_and_one_more_byte_is_413()
    {
        var agent = await NewAgentAsync();
        (await agent.Client.SendAsync("POST", Start, Padded(BytesMax))).Expect(200, "proceed");
        (await agent.Client.SendAsync("POST", Start, Padded(BytesMax + 1))).ExpectError(413, "payload_too_large");
        (await agent.Client.SendAsync("POST", Start, Padded(BytesMax * 8))).ExpectError(413, "payload_too_large");
        (await Anonymous.SendAsync("POST", "/v1/auth/login", Padded(BytesMax + 1)))
            .ExpectError(413, "payload_too_large");
        (await Shared.Owner.SendAsync("PATCH", Shared.Path, Padded(BytesMax + 1)))
            .ExpectError(413, "payload_too_large");
    }

    [Fact]
    public async Task The_limit_holds_too_for_a_body_that_does_not_say_how_long_it_is()
    {
        var agent = await NewAgentAsync();
        (await agent.Client.SendAsync("POST", Start, new Chunked(Padding(BytesMax)))).Expect(200, "proceed");
        (await agent.Client.SendAsync("POST", Start, new Chunked(Padding(BytesMax + 1))))
            .ExpectError(413, "payload_too_large");
        (await Anonymous.SendAsync("POST", "/v1/auth/login", new Chunked(Padding(BytesMax + 1))))
            .ExpectError(413, "payload_too_large");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    public async Task Another_media_type_than_json_is_415(string? type)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Start, "{}", type)).ExpectError(415, "unsupported_media_type");
        (await Anonymous.PostTextAsync("/v1/auth/login", "{}", type)).ExpectError(415, "unsupported_media_type");
        var patch = await Shared.Owner.SendAsync("PATCH", Shared.Path, Client.Content("{}"u8.ToArray(), type));
        patch.ExpectError(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON;charset=\"UTF-8\"")]
    public async Task Json_in_utf8_is_taken_however_it_is_spelled(string type)
    {
        var agent = await NewAgentAsync();
        (await agent.Client.PostTextAsync(Start, $"{{\"resource\": \"{NewRepo()}\"}}", type)).Expect(200, "proceed");
    }

    [Fact]
    public async Task No_refusal_lets_out_how_the_service_is_built()
    {
        var agent = await NewAgentAsync();
        Answer[] answers =
        [
            await agent.PostAsync(Start, new { resource = "repo:'; DROP TABLE claims; --/\"x\"", priority = 5000 }),
            await agent.GetAsync("/v1/work/claims?resource=%00%27%22&status='"),
            await agent.GetAsync("/v1/work/claims/..%2f..%2fetc%2fpasswd"),
            await agent.Client.PostTextAsync(Start, "{\"duration_minutes\": 1e999}"),
            await Anonymous.PostAsync("/v1/auth/login", new { email = "' OR 1=1 --", password = "' OR 1=1 --" }),
        ];
        string[] insides = ["   at ", "Exception", "SELECT", "sqlite", "Npgsql", ".cs:", "/src/", "System."];
        foreach (var answer in answers)
        {
            Assert.InRange(answer.Status, 400, 499);
            Assert.All(
                insides, inside => Assert.DoesNotContain(inside, answer["message"].Text(), StringComparison.Ordinal));
        }
    }

    private static byte[] Padding(int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes($"{{\"resource\": \"{NewRepo()}\"}}").CopyTo(bytes, 0);
        return bytes;
    }

    private static HttpContent Padded(int length) => Client.Content(Padding(length), "application/json");

    /// <summary>Content without a length, so that it is sent in chunks.</summary>
    private sealed class Chunked : StreamContent
    {
        public Chunked(byte[] bytes)
            : base(new MemoryStream(bytes)) => Headers.TryAddWithoutValidation("Content-Type", "application/json");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
