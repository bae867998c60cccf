using Availsync.Contracts;
using Availsync.Edge.Events;
using Availsync.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Availsync.Edge.Tests.Events;

public sealed class StreamStartTests
{
    [Theory]
    [InlineData(null, 7L, 7L, false)]
    [InlineData(0L, 7L, 0L, false)]
    [InlineData(3L, 7L, 3L, false)]
    [InlineData(7L, 7L, 7L, false)]
    [InlineData(8L, 7L, 7L, true)]
    [InlineData(null, 0L, 0L, false)]
    public void A_stream_begins_behind_what_was_seen_or_now_and_never_beyond_the_log(
        long? asked, long head, long position, bool isReset) =>
        Assert.Equal(new StreamStart(position, isReset), StreamStart.Of(asked, head));

    [Theory]
    [InlineData(new string[0], true, null)]
    [InlineData(new[] { "" }, true, null)]
    [InlineData(new[] { "0" }, true, 0L)]
    [InlineData(new[] { "9223372036854775807" }, true, long.MaxValue)]
    [InlineData(new[] { "9223372036854775808" }, false, null)]
    [InlineData(new[] { "+1" }, false, null)]
    [InlineData(new[] { " 1" }, false, null)]
    [InlineData(new[] { "0x1" }, false, null)]
    [InlineData(new[] { "1", "2" }, false, null)]
    public void An_id_is_a_position_and_nothing_else(string[] given, bool isRead, long? position)
    {
        var headers = new HeaderDictionary { [LastEventId.Header] = new StringValues(given) };
        Assert.Equal(isRead, LastEventId.TryRead(headers, out var read));
        Assert.Equal(position, read);
    }

    [Fact]
    public void Too_many_names_are_refused_and_what_is_wrong_is_said_once_a_field()
    {
        var errors = new List<FieldError>();
        EventFilter.Read(
            new QueryCollection(new Dictionary<string, StringValues>
            {
                ["type"] = "claim.no,claim.never",
                ["resource"] = Enumerable.Repeat("repo:a/b", 51).ToArray(),
            }),
            errors);
        Assert.Equal(["resource", "type"], errors.Select(e => e.Field).Order());
    }

    [Fact]
    public async Task A_feed_tells_everybody_who_waits_and_forgets_a_question_that_failed()
    {
        var asked = 0;
        var feed = new EventFeed(Guid.Empty, _ => ++asked == 1
            ? Task.FromException<EventPage>(new TimeoutException())
            : Task.FromResult(new EventPage(3, [])));
        var waiting = feed.BeyondAsync(1);
        feed.Advance(1);
        Assert.True(waiting.IsCompleted); // It moved, if not far enough: who waits looks again.
        var next = feed.BeyondAsync(1);
        Assert.False(next.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(() => feed.ReadAsync(1, CancellationToken.None));
        Assert.Equal(3, (await feed.ReadAsync(1, CancellationToken.None)).First);
        Assert.True(next.IsCompleted);
        feed.Advance(1);
        Assert.Equal(2, feed.Head);
    }
}
