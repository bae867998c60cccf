using System.Globalization;
using System.Net.ServerSentEvents;

namespace Availsync.Contract.Tests;

/// <summary>One event of a stream.</summary>
public sealed record StreamedEvent(long Id, string Type, JsonElement Body)
{
    public string EventId => Body.At("event_id").Text();

    public string Root => Body.At("root").Text();

    public long Sequence => Body.At("sequence").Number();
}

/// <summary>Listens to the events of a workspace, and holds each against the OpenAPI document.</summary>
public sealed class EventReader : IAsyncDisposable
{
    /// <summary>How long an event may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly StreamReader _lines;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
        _lines = new StreamReader(body);
        _events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    public HttpResponseMessage Response => _response;

    public static async Task<EventReader> OpenAsync(Client client, string query = "", long? after = null)
    {
        if (after is { } id) client = client.With("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
        var response = await client.BeginAsync("GET", "/v1/work/events" + query);
        if (response.StatusCode != HttpStatusCode.OK) Assert.Fail(await response.Content.ReadAsStringAsync());
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; it has to come.</summary>
    public async Task<StreamedEvent> NextAsync() =>
        await TryNextAsync() ?? throw new InvalidOperationException("The stream has ended.");

    /// <summary>The next event, or null where the stream ends before another comes.</summary>
    public async Task<StreamedEvent?> TryNextAsync(TimeSpan? patience = null)
    {
        if (!await _events.MoveNextAsync().AsTask().WaitAsync(patience ?? Patience, TimeProvider.System)) return null;
        var (item, body) = (_events.Current, JsonDocument.Parse(_events.Current.Data).RootElement);
        var faults = OpenApiDocument.Instance.FaultsOf(
            item.EventType == "stream.reset" ? "StreamReset"
                : item.EventType.StartsWith("hold.", StringComparison.Ordinal) ? "HoldEvent" : "Event",
            body);
        if (faults.Count > 0) Assert.Fail($"{string.Join('\n', faults)}\n{item.Data}");
        Assert.Equal(item.EventType, body.At("type").Text());
        return new StreamedEvent(
            long.Parse(item.EventId!, NumberStyles.None, CultureInfo.InvariantCulture), item.EventType, body);
    }

    /// <summary>The next events.</summary>
    public async Task<StreamedEvent[]> TakeAsync(int count)
    {
        var events = new StreamedEvent[count];
        for (var n = 0; n < count; n++) events[n] = await NextAsync();
        return events;
    }

    /// <summary>The next line as it was sent. Not to be mixed with events.</summary>
    public Task<string?> LineAsync(TimeSpan patience) =>
        _lines.ReadLineAsync().WaitAsync(patience, TimeProvider.System);

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        return _body.DisposeAsync();
    }
}
