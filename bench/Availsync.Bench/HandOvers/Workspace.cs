using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Availsync.Bench.HandOvers;

/// <summary>A workspace made for the measurement, through the session of its owner. It is never short of anything.</summary>
internal sealed class Workspace
{
    private readonly HttpClient _client;
    private readonly string _id;
    private readonly string _cookie;

    private Workspace(HttpClient client, string id, string cookie)
    {
        _client = client;
        _id = id;
        _cookie = cookie;
    }

    /// <summary>Signs up, takes the largest plan and sets <paramref name="settings"/>.</summary>
    public static async Task<Workspace> SignUpAsync(HttpClient client, object settings)
    {
        var name = "bench-" + Word();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/signup")
        {
            Content = JsonContent.Create(new { email = $"{name}@bench.example", password = Word() + Word(), workspace_name = name }),
        };
        using var answer = await client.SendAsync(request);
        var body = await BodyAsync(answer);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var workspace = new Workspace(client, body.GetProperty("org").GetProperty("id").GetString()!, cookie);
        await workspace.SendAsync(HttpMethod.Put, "/v1/billing/plan", new { plan = "unlimited" });
        await workspace.SendAsync(HttpMethod.Patch, $"/v1/orgs/{workspace._id}", settings);
        return workspace;
    }

    public async Task<Agent> NewAgentAsync()
    {
        var body = await SendAsync(HttpMethod.Post, $"/v1/orgs/{_id}/agents", new { name = Word() });
        return new Agent(
            _client, body.GetProperty("agent").GetProperty("id").GetString()!, body.GetProperty("api_key").GetString()!);
    }

    public Task RevokeAsync(string claim) => SendAsync(HttpMethod.Delete, "/v1/work/claims/" + claim);

    public Task DisableAsync(Agent agent) =>
        SendAsync(HttpMethod.Patch, $"/v1/orgs/{_id}/agents/{agent.Id}", new { disabled = true });

    private Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Cookie", _cookie);
        return SendAsync(_client, request);
    }

    internal static async Task<JsonElement> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await client.SendAsync(request);
            return await BodyAsync(answer);
        }
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath}: " +
                $"{(int)answer.StatusCode} {text}");
        }

        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static string Word() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}

/// <summary>An agent of the workspace and what it asks for with its key.</summary>
internal sealed class Agent(HttpClient client, string id, string key)
{
    public string Id => id;

    /// <summary>Starts a run that is expected to be granted, at once or after waiting, and gives back its claim.</summary>
    public async Task<Claim> StartAsync(string resource, int seconds = 300, int priority = 100, int wait = 0)
    {
        var body = await SendAsync(
            HttpMethod.Post, "/v1/work/run/start",
            new { resource, duration_seconds = seconds, priority, reason = "bench", wait_seconds = wait });
        if (body.GetProperty("action").GetString() != "proceed")
            throw new InvalidOperationException($"{resource} was not granted: {body}");
        var claim = body.GetProperty("claim");
        return new Claim(claim.GetProperty("id").GetString()!, claim.GetProperty("expires_at").GetDateTimeOffset());
    }

    public Task FinishAsync(Claim claim) =>
        SendAsync(HttpMethod.Post, "/v1/work/run/finish", new { claim_id = claim.Id, outcome = "succeeded" });

    public Task ReleaseAsync(Claim claim) => SendAsync(HttpMethod.Delete, "/v1/work/claims/" + claim.Id);

    private Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return Workspace.SendAsync(client, request);
    }
}

internal sealed record Claim(string Id, DateTimeOffset ExpiresAt);
