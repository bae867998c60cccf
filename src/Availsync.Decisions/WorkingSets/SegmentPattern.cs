namespace Availsync.Decisions;

/// <summary>
/// What the text of a segment says. A segment stands for the names that a file or directory can have: never empty,
/// <c>.</c> or <c>..</c>.
/// </summary>
internal static class SegmentPattern
{
    /// <summary>Any number of names.</summary>
    public const string AnyNames = "**";

    /// <summary>In no pattern; here it stands for any character but a dot.</summary>
    public const char AnyButDot = '\0';

    /// <summary>Whether the segment names itself and nothing else.</summary>
    public static bool IsLiteral(ReadOnlySpan<char> segment) => !segment.ContainsAny('*', '?');

    /// <summary>The same segment, but where one character keeps it from <c>.</c> and <c>..</c> that one does.</summary>
    public static ReadOnlySpan<char> WithoutDots(ReadOnlySpan<char> segment) => segment switch
    {
        { Length: > 2 } => segment,
        "?" => "\0",
        ".?" => ".\0",
        "?." => "\0.",
        _ => segment,
    };

    /// <summary>
    /// Two characters that are free, but not both a dot. No single one keeps them from that, so here alone two
    /// segments are told apart as a whole: what else has two characters and may be <see cref="IsTwoDots"/>?
    /// </summary>
    public static bool IsPair(ReadOnlySpan<char> segment) => segment is "??";

    /// <summary>Two dots and stars: of two characters only <c>..</c> fits, so that it never meets a pair.</summary>
    public static bool IsTwoDots(ReadOnlySpan<char> segment) =>
        segment.Length > 2 && !segment.ContainsAnyExcept('.', '*') && segment.Count('.') == 2;
}
