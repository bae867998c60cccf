using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Availsync.System.Tests.Work;

/// <summary>What came back, to the byte.</summary>
internal sealed record Answer(int Status, byte[] Bytes, HttpResponseHeaders Headers)
{
    public JsonElement Json { get; } = Bytes.Length == 0 ? default : JsonDocument.Parse(Bytes).RootElement;

    public string? Action => Text("action");

    public string? Error => Text("error");

    public bool Replayed => Headers.Contains("Idempotency-Replayed");

    public string RequestId => Headers.GetValues("X-Request-Id").Single();

    /// <summary>The session's cookie where one has been set, as it is sent back.</summary>
    public string Cookie => Headers.GetValues("Set-Cookie").Single().Split(';')[0];

    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"{this} in place of {status}");
        return this;
    }

    /// <summary>As a failed assertion shows it.</summary>
    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Bytes)}";

    private string? Text(string member) =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(member, out var text) ? text.GetString() : null;
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

/// <summary>The product's HTTP surface as one caller sees it.</summary>
internal sealed class WorkClient(HttpClient http)
{
    public Task<Answer?> TryStartAsync(string resource, int seconds, string? key = null) =>
        TryAskAsync("POST", "/v1/work/run/start", new { resource, duration_seconds = seconds }, key);

    public async Task<Answer> StartAsync(string resource, int seconds, string? key = null) =>
        await TryStartAsync(resource, seconds, key) ?? throw new HttpRequestException($"No answer about {resource}.");

    public Task<Answer?> TryExtendAsync(Guid claim, int seconds, string? key = null) =>
        TryAskAsync("POST", "/v1/work/run/extend", new { claim_id = claim, duration_seconds = seconds }, key);

    public Task<Answer?> TryFinishAsync(Guid claim, string? key = null) =>
        TryAskAsync("POST", "/v1/work/run/finish", new { claim_id = claim }, key);

    public Task<Answer?> TryReadAsync(Guid claim) => TryAskAsync("GET", $"/v1/work/claims/{claim}");

    /// <summary>Waits for its turn on a connection of another client, which can be hung up.</summary>
    public async Task<Answer> WaitAsync(HttpClient line, string resource, int priority, CancellationToken hangUp)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(http.BaseAddress!, "/v1/work/run/start"));
        foreach (var (name, values) in http.DefaultRequestHeaders) request.Headers.TryAddWithoutValidation(name, values);
        request.Content = JsonContent.Create(new { resource, priority, duration_seconds = 600, wait_seconds = 55 });
        using var answer = await line.SendAsync(request, hangUp);
        return new Answer((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(hangUp), answer.Headers);
    }

    public async Task<Answer> AskAsync(string method, string path, object? body = null) =>
        await TryAskAsync(method, path, body) ?? throw new HttpRequestException($"No answer to {method} {path}.");

    /// <summary>Null where nothing came back, which says nothing about what has happened.</summary>
    public Task<Answer?> TryAskAsync(string method, string path, object? body = null, string? key = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return TrySendAsync(request);
    }

    /// <summary>Sends the request as it is, and the client's own headers with it.</summary>
    public async Task<Answer?> TrySendAsync(HttpRequestMessage request)
    {
        using var sent = request;
        try
        {
            using var answer = await http.SendAsync(sent);
            return new Answer((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer.Headers);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
