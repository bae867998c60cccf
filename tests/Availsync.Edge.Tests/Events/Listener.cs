using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Events;

/// <summary>Reads a stream of the edge, event by event or line by line.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly StreamReader _lines;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private Listener(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
        _lines = new StreamReader(body);
        _events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    public HttpResponseMessage Response => _response;

    public static async Task<Listener> OpenAsync(
        EdgeWorld world, string query = "", string? lastEventId = null, Action<HttpRequestMessage>? change = null)
    {
        var (listener, status) = await TryOpenAsync(world, query, lastEventId, change);
        Assert.Equal(HttpStatusCode.OK, status);
        return listener!;
    }

    public static async Task<(Listener? Listener, HttpStatusCode Status)> TryOpenAsync(
        EdgeWorld world, string query = "", string? lastEventId = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/work/events" + query);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {world.ApiKeyText}");
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        change?.Invoke(request);
        var response = await world.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode == HttpStatusCode.OK)
            return (new Listener(response, await response.Content.ReadAsStreamAsync()), response.StatusCode);
        response.Dispose();
        return (null, response.StatusCode);
    }

    /// <summary>The next event: its id, type and body. Null where the stream has ended.</summary>
    public async Task<(long Id, string Type, JsonElement Body)?> NextAsync()
    {
        if (!await _events.MoveNextAsync()) return null;
        var item = _events.Current;
        return (long.Parse(item.EventId!, null), item.EventType, JsonDocument.Parse(item.Data).RootElement);
    }

    /// <summary>The next line, or null where the stream has ended. Not to be mixed with events.</summary>
    public Task<string?> LineAsync() => _lines.ReadLineAsync();

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        await _body.DisposeAsync();
    }
}
