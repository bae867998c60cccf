using System.Net.Http.Headers;
using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>An answer, read to its end.</summary>
public sealed class Answer(
    string request, int status, HttpResponseHeaders headers, HttpContentHeaders contentHeaders, byte[] bytes)
{
    private JsonDocument? _json;

    public int Status => status;

    public ReadOnlySpan<byte> Bytes => bytes;

    public string Body => Encoding.UTF8.GetString(bytes);

    public bool HasBody => bytes.Length > 0;

    public string? MediaType => contentHeaders.ContentType?.MediaType;

    public string RequestId => Header("X-Request-Id") ?? "";

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => (_json ??= JsonDocument.Parse(bytes)).RootElement;

    /// <summary>The value at a dotted path of the body.</summary>
    public JsonElement this[string path] => Json.At(path);

    /// <summary>A header's values, joined by commas; null where it is not there.</summary>
    public string? Header(string name) =>
        headers.TryGetValues(name, out var values) || contentHeaders.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>Fails unless the status is this one and the action, where given, is that one.</summary>
    public Answer Expect(int expected, string? action = null)
    {
        if (status != expected || (action is not null && this["action"].Text() != action))
            Assert.Fail($"Expected {expected} {action} but it was:\n{this}");
        return this;
    }

    /// <summary>Fails unless it is this refusal.</summary>
    public Answer ExpectError(int expected, string code)
    {
        Expect(expected);
        if (this["error"].Text() != code) Assert.Fail($"Expected {code} but it was:\n{this}");
        return this;
    }

    /// <summary>Fails unless it is 400 and exactly these fields were wrong.</summary>
    public Answer ExpectWrong(params string[] fields)
    {
        ExpectError(400, "validation_failed");
        string[] named = [.. this["details"].EnumerateArray().Select(d => d.At("field").Text()).Distinct().Order()];
        if (!named.SequenceEqual(fields.Order()))
            Assert.Fail($"Expected {string.Join(", ", fields)} to be wrong:\n{this}");
        return this;
    }

    /// <summary>What <c>Set-Cookie</c> says of the session, attributes included.</summary>
    public string SetCookie() => headers.TryGetValues("Set-Cookie", out var cookies)
        ? cookies.Single(c => c.StartsWith("availsync_session=", StringComparison.Ordinal))
        : throw new InvalidOperationException($"No cookie was set:\n{this}");

    /// <summary>The session as a client sends it back.</summary>
    public string SessionCookie() => SetCookie().Split(';')[0];

    public override string ToString() => $"{request}\n{status}\n{headers}{contentHeaders}\n{Body}";
}
