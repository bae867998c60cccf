using System.Net.ServerSentEvents;
using System.Text.Json;
using Availsync.System.Tests.Faults;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>A client that listens to a workspace's events, from the first one, over as many streams as needed.</summary>
internal sealed class Listening(HttpClient line, string apiKey)
{
    private readonly List<Happening> _heard = [];
    private readonly Lock _lock = new();
    private string _last = "0";

    /// <summary>What it has heard, in the order in which it came.</summary>
    public List<Happening> Heard
    {
        get
        {
            lock (_lock) return [.. _heard];
        }
    }

    /// <summary>
    /// Opens a stream at this edge, from where the last one has ended. The task that comes with it ends with the
    /// stream, and faults where that was cut off in the middle.
    /// </summary>
    public async Task<Task> OpenAsync(Uri door, CancellationToken hangUp)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(door, "/v1/work/events"));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + apiKey);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", _last);
        var answer = await line.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, hangUp);
        Assert.Equal(200, (int)answer.StatusCode);
        return Task.Run(() => ReadAsync(answer, hangUp), CancellationToken.None);
    }

    /// <summary>Waits until it has heard all that the log has, and fails where that is anything else.</summary>
    public async Task HearsAllAsync(Target target, Guid orgId)
    {
        var log = (await target.Store.LogAsync(orgId)).ConvertAll(happening => happening.EventId);
        Assert.NotEmpty(log);
        await Target.UntilAsync("all heard", TimeSpan.FromSeconds(15), () => Task.FromResult(Heard.Count >= log.Count));
        Assert.Equal(log, Heard.Take(log.Count).Select(happening => happening.EventId));
    }

    private async Task ReadAsync(HttpResponseMessage answer, CancellationToken hangUp)
    {
        using var whole = answer;
        await using var body = await answer.Content.ReadAsStreamAsync(hangUp);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(hangUp))
        {
            if (!string.IsNullOrEmpty(item.EventId)) _last = item.EventId;
            if (string.IsNullOrEmpty(item.Data)) continue;
            using var json = JsonDocument.Parse(item.Data);
            var happening = Happenings.Of(json.RootElement);
            lock (_lock) _heard.Add(happening);
        }
    }
}
