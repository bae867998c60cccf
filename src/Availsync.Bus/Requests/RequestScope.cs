using System.Collections;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Requests;

/// <summary>Marks what is logged with the calls on whose behalf it happens.</summary>
public static class RequestScope
{
    /// <summary>
    /// Until it is disposed of, what is logged has the call's <c>request_id</c>; where several calls share a
    /// transaction or a message, their <c>request_ids</c>, the first hundred of them. Nothing is read of
    /// <paramref name="requestIds"/> before something is logged.
    /// </summary>
    /// <param name="logger">Any logger: the mark is on what all of them log in this flow of execution.</param>
    /// <param name="requestIds">Null stands for what no call has caused.</param>
    public static IDisposable? BeginRequests(this ILogger logger, IEnumerable<string?> requestIds)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(requestIds);
        return logger.BeginScope(new Marks(requestIds));
    }

    private sealed class Marks(IEnumerable<string?> requestIds) : IEnumerable<KeyValuePair<string, object?>>
    {
        /// <summary>A line that is longer than what reads it takes at once is of no use.</summary>
        private const int IdsMax = 100;

        private readonly Lazy<KeyValuePair<string, object?>[]> _marks = new(() => Of(requestIds));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, object?>>)_marks.Value).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => string.Join(' ', _marks.Value.Select(mark => $"{mark.Key}:{mark.Value}"));

        private static KeyValuePair<string, object?>[] Of(IEnumerable<string?> requestIds)
        {
            var ids = requestIds.OfType<string>().Distinct().Take(IdsMax).ToList();
            return ids.Count switch
            {
                0 => [],
                1 => [new(AmbientRequest.Header, ids[0])],
                _ => [new("request_ids", string.Join(' ', ids))],
            };
        }
    }
}
