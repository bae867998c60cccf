using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Edge.Events;

/// <summary>
/// One listener's way along the log: reads a page, writes what was asked for, and only then reads on. How far it is,
/// is a position, so wherever it is cut off the next stream goes on from there.
/// </summary>
internal sealed class EventStream(EventFeed feed, EventFilter filter, EventWriter writer, TimeProvider time)
{
    /// <summary>While no arbiter answers, the stream stays open and asks so often.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private long _position;

    /// <summary>Goes on from <paramref name="start"/> until it is called off.</summary>
    public async Task RunAsync(StreamStart start, CancellationToken ended)
    {
        _position = start.Position;
        await writer.OpenAsync(_position, ended);
        if (start.IsReset) await writer.WriteAsync([Reset(_position)], ended);
        while (true)
        {
            if (writer.UntilHeartbeat <= TimeSpan.Zero) await writer.BeatAsync(_position, ended);
            if (feed.Head <= _position)
                await time.WaitAsync(_ => feed.BeyondAsync(_position), writer.UntilHeartbeat, ended);
            else if (!await TryTakeAsync(ended))
                await Task.Delay(RetryPause, time, ended);
        }
    }

    /// <summary>Writes the next page; false where it could not be had.</summary>
    private async Task<bool> TryTakeAsync(CancellationToken ended)
    {
        EventPage page;
        try
        {
            page = await feed.ReadAsync(_position, ended);
        }
        catch (NoAnswerException)
        {
            return false;
        }

        if (page.Last <= _position) return false;
        var shown = new List<StreamItem>();
        if (page.First > _position + 1) shown.Add(Reset(page.First - 1));
        foreach (var (index, one) in page.Events.Index())
        {
            if (filter.Shown(one) is { } view) shown.Add(new StreamItem(page.First + index, view.Type, view));
        }

        _position = page.Last;
        if (shown.Count > 0) await writer.WriteAsync(shown, ended);
        return true;
    }

    /// <summary>Says that events before this position may have been missed.</summary>
    private static StreamItem Reset(long position) => new(position, StreamReset.Name, new StreamReset(
        StreamReset.Name, "Events have been missed: they are not kept any more. Read the claims again, then go on."));
}

/// <summary>Where a stream begins.</summary>
/// <param name="Position">The last event that the listener has seen.</param>
/// <param name="IsReset">Whether the listener has named another one, which this log does not have.</param>
internal readonly record struct StreamStart(long Position, bool IsReset)
{
    /// <summary>
    /// From <paramref name="asked"/> on, or from now where nothing is asked for. A position beyond the head is none of
    /// this log: the store is another one than it was.
    /// </summary>
    public static StreamStart Of(long? asked, long head) =>
        new(Math.Min(asked ?? head, head), IsReset: asked > head);
}

/// <summary>What is written as one event of a stream.</summary>
internal sealed record StreamItem(long Position, string Type, object Body);

/// <summary>The body of the event that says so.</summary>
internal sealed record StreamReset(string Type, string Message)
{
    public const string Name = "stream.reset";
}
