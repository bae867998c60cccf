using System.Net.Http.Json;
using System.Text.Json;

namespace Availsync.System.Tests.Work;

/// <summary>What came back, to the byte.</summary>
internal sealed record Answer(int Status, byte[] Bytes, bool Replayed)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Bytes).RootElement;

    public string? Action => Json.TryGetProperty("action", out var action) ? action.GetString() : null;

    public string? Error => Json.TryGetProperty("error", out var error) ? error.GetString() : null;
}

/// <summary>A claim as it was answered.</summary>
internal sealed record Granted(Guid Id, string Resource, long Token, DateTimeOffset ExpiresAt)
{
    public static Granted Of(JsonElement claim) => new(
        claim.GetProperty("id").GetGuid(),
        claim.GetProperty("resource").GetString()!,
        claim.GetProperty("fencing_token").GetInt64(),
        claim.GetProperty("expires_at").GetDateTimeOffset());
}

/// <summary>The product's HTTP surface as an agent sees it.</summary>
internal sealed class WorkClient(HttpClient http)
{
    public Task<Answer?> TryStartAsync(string resource, int seconds, string? key = null) =>
        TrySendAsync(HttpMethod.Post, "/v1/work/run/start", new { resource, duration_seconds = seconds }, key);

    public async Task<Answer> StartAsync(string resource, int seconds, string? key = null) =>
        await TryStartAsync(resource, seconds, key) ?? throw new HttpRequestException($"No answer about {resource}.");

    public Task<Answer?> TryFinishAsync(Guid claim, string? key = null) =>
        TrySendAsync(HttpMethod.Post, "/v1/work/run/finish", new { claim_id = claim }, key);

    public Task<Answer?> TryReadAsync(Guid claim) => TrySendAsync(HttpMethod.Get, $"/v1/work/claims/{claim}", null, null);

    /// <summary>Null where nothing came back, which says nothing about what has happened.</summary>
    private async Task<Answer?> TrySendAsync(HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var answer = await http.SendAsync(request);
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            return new Answer((int)answer.StatusCode, bytes, answer.Headers.Contains("Idempotency-Replayed"));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
