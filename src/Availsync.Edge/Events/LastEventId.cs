using System.Globalization;

namespace Availsync.Edge.Events;

/// <summary>Where a listener has stopped: the position of the last event that it has seen.</summary>
internal static class LastEventId
{
    public const string Header = "Last-Event-ID";

    public const string Wrong = "Must be the id of an event of this stream.";

    /// <summary>
    /// Reads the header. Absent or empty, as browsers know it before their first event, it is null: from now on.
    /// </summary>
    public static bool TryRead(IHeaderDictionary headers, out long? position)
    {
        position = null;
        var given = headers[Header];
        if (given.Count == 0 || given is [null or ""]) return true;
        if (given is not [{ } text]) return false;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read)) return false;
        position = read;
        return true;
    }

    public static string Of(long position) => position.ToString(CultureInfo.InvariantCulture);
}
