using System.Text.Json.Nodes;

namespace Availsync.Accounting.Tests;

/// <summary>An answer.</summary>
internal sealed record Reply(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    private const string CookieStart = "availsync_session=";

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Error => Body.Length == 0 ? null : (string?)Json["error"];

    public string? SetCookie => Headers.GetValueOrDefault("Set-Cookie");

    /// <summary>The token in the cookie; empty where it was cleared.</summary>
    public string? CookieToken =>
        SetCookie is { } cookie ? cookie[CookieStart.Length..cookie.IndexOf(';', StringComparison.Ordinal)] : null;

    /// <summary>The fields that an error complains about.</summary>
    public IEnumerable<string> WrongFields => Json["details"]!.AsArray().Select(detail => (string)detail!["field"]!);

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }
}
