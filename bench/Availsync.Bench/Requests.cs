using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Availsync.Bench;

/// <summary>The requests of one connection, timed.</summary>
internal sealed class Requests(HttpClient client, TimeProvider clock, AuthenticationHeaderValue? credential)
{
    public Tally Tally { get; } = new();

    /// <summary>Start, and finish what was granted.</summary>
    public async Task CycleAsync(string repo)
    {
        var claim = await StartAsync(repo);
        if (claim is null) return;
        using var answer = await FinishAsync(claim);
        if (answer is not null) Tally.Finished++;
    }

    public async Task CheckAsync(string repo)
    {
        using var answer = await SendAsync(
            HttpMethod.Post, "/v1/work/check", new { resource = "repo:" + repo }, Tally.Other);
        if (answer is not null) Tally.Count(answer.RootElement.GetProperty("action").GetString()!);
    }

    /// <summary>Starts one run and gives back what reads its claim.</summary>
    public async Task<Func<int, Task>> ReaderAsync(string repo)
    {
        var claim = await StartAsync(repo) ?? throw new InvalidOperationException($"No claim on {repo} to read.");
        return _ => GetAsync("/v1/work/claims/" + claim, signedIn: true);
    }

    public async Task GetAsync(string path, bool signedIn)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (signedIn) request.Headers.Authorization = credential;
        using var answer = await TimedAsync(request, Tally.Other);
        if (answer is null) return;
        await answer.Content.ReadAsByteArrayAsync();
        Tally.Count(Status(answer));
    }

    private Task<JsonDocument?> FinishAsync(string claim) => SendAsync(
        HttpMethod.Post, "/v1/work/run/finish", new { claim_id = claim, outcome = "succeeded" }, Tally.Finish);

    private async Task<string?> StartAsync(string repo)
    {
        using var answer = await SendAsync(
            HttpMethod.Post, "/v1/work/run/start",
            new { resource = "repo:" + repo, duration_minutes = 5, reason = "bench" }, Tally.Start);
        if (answer is null) return null;
        Tally.Count(answer.RootElement.GetProperty("action").GetString()!);
        return answer.RootElement.TryGetProperty("claim", out var claim) && claim.ValueKind == JsonValueKind.Object
            ? claim.GetProperty("id").GetString()
            : null;
    }

    private async Task<JsonDocument?> SendAsync(HttpMethod method, string path, object body, List<long> times)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = credential;
        using var answer = await TimedAsync(request, times);
        if (answer is null) return null;
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (answer.IsSuccessStatusCode) return JsonDocument.Parse(bytes);
        Tally.Fail(Status(answer));
        return null;
    }

    private async Task<HttpResponseMessage?> TimedAsync(HttpRequestMessage request, List<long> times)
    {
        var began = clock.GetTimestamp();
        try
        {
            var answer = await client.SendAsync(request);
            times.Add(clock.GetTimestamp() - began);
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Tally.Fail("no answer");
            return null;
        }
    }

    private static string Status(HttpResponseMessage answer) =>
        ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
}
