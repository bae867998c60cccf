using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Availsync.Http;

namespace Availsync.Edge.Events;

/// <summary>The reader takes nothing, and is cut off; it may come back to where it was.</summary>
internal sealed class SlowReaderException() : Exception("A reader has not taken what was sent in time.");

/// <summary>
/// Writes a stream (the HTML standard's text/event-stream) and keeps count of the silence. Each write has to be taken
/// in time: what a slow reader leaves behind waits in its socket, at most one page waits here, and then nothing more.
/// </summary>
/// <remarks>
/// Events go through <see cref="SseFormatter"/>. It always writes a data field, so the two blocks that must not have
/// one are written here: comments, and an id that moves on past events that were not asked for.
/// </remarks>
internal sealed class EventWriter(HttpContext context, EventStreamOptions options, TimeProvider time)
{
    private const int ReconnectMilliseconds = 1000;

    private long _writtenAt = time.GetTimestamp();
    private long? _told;

    /// <summary>How long the stream may still be silent.</summary>
    public TimeSpan UntilHeartbeat => options.Heartbeat - time.GetElapsedTime(_writtenAt);

    /// <summary>Opens the stream at <paramref name="position"/>, to which a reader that loses it comes back.</summary>
    public async Task OpenAsync(long position, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // Proxies of this kind would keep events back.
        _told = position;
        await WriteAsync($"retry: {ReconnectMilliseconds}\nid: {LastEventId.Of(position)}\n\n", cancellationToken);
    }

    /// <summary>Says that the stream is alive, and how far it is.</summary>
    public Task BeatAsync(long position, CancellationToken cancellationToken)
    {
        var id = position == _told ? "" : $"id: {LastEventId.Of(position)}\n";
        _told = position;
        return WriteAsync($": heartbeat\n{id}\n", cancellationToken);
    }

    /// <summary>Writes events with their positions.</summary>
    public async Task WriteAsync(
        IReadOnlyList<StreamItem> events, CancellationToken cancellationToken)
    {
        using var page = new MemoryStream();
        var items = events.Select(e => new SseItem<object>(e.Body, e.Type) { EventId = LastEventId.Of(e.Position) });
        await SseFormatter.WriteAsync(
            items.ToAsyncEnumerable(),
            page,
            (item, buffer) =>
            {
                using var json = new Utf8JsonWriter(buffer, WriterOptions);
                JsonSerializer.Serialize(json, item.Data, item.Data.GetType(), WireJson.Options);
            },
            cancellationToken);
        _told = events[^1].Position;
        await WriteAsync(page.GetBuffer().AsMemory(0, (int)page.Length), cancellationToken);
    }

    private static JsonWriterOptions WriterOptions { get; } = new() { Encoder = WireJson.Options.Encoder };

    private Task WriteAsync(string text, CancellationToken cancellationToken) =>
        WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(options.WriteWithin, time);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            await context.Response.Body.WriteAsync(bytes, bound.Token);
            await context.Response.Body.FlushAsync(bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SlowReaderException();
        }

        // The server ends a connection whose write was called off, and reports the write as done.
        if (clock.IsCancellationRequested) throw new SlowReaderException();
        _writtenAt = time.GetTimestamp();
    }
}
