using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Faults;

/// <summary>
/// Listens to a workspace's stream of events from its very beginning, as a client would: when the stream breaks it
/// comes back to where it was, at the next edge.
/// </summary>
internal sealed class StreamWitness : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly IReadOnlyList<Uri> _doors;
    private readonly string _apiKey;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Happening> _heard = [];
    private readonly Lock _lock = new();
    private readonly Task _listening;
    private string _last = "0";
    private int _streams;

    public StreamWitness(IReadOnlyList<Uri> doors, string apiKey)
    {
        (_doors, _apiKey) = (doors, apiKey);
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>How many streams it took.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public List<Happening> Heard
    {
        get
        {
            lock (_lock) return [.. _heard];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _listening;
        _http.Dispose();
        _over.Dispose();
    }

    private async Task ListenAsync()
    {
        for (var door = 0; !_over.IsCancellationRequested; door++)
        {
            try
            {
                await ListenAsync(_doors[door % _doors.Count]);
                await Task.Delay(Pause, Target.Clock, _over.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                if (!_over.IsCancellationRequested) await Task.Delay(Pause, Target.Clock);
            }
        }
    }

    private async Task ListenAsync(Uri door)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(door, "/v1/work/events"));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _apiKey);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", _last);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _over.Token);
        if (answer.StatusCode != HttpStatusCode.OK) return;
        Interlocked.Increment(ref _streams);
        await using var body = await answer.Content.ReadAsStreamAsync(_over.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(_over.Token))
        {
            if (!string.IsNullOrEmpty(item.EventId)) _last = item.EventId;
            if (string.IsNullOrEmpty(item.Data)) continue;
            using var json = JsonDocument.Parse(item.Data);
            lock (_lock) _heard.Add(Happenings.Of(json.RootElement));
        }
    }
}
