using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>Whether a pattern matches a path, by the words of the contract and nothing clever.</summary>
internal static class PlainMatch
{
    public static bool Path(PathPattern pattern, ReadOnlySpan<string> path)
    {
        string[] segments = pattern.IsDirectory ? [.. pattern.Segments, "*", "**"] : [.. pattern.Segments];
        return Segments(segments, path);
    }

    private static bool Segments(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] == "**")
            return Segments(pattern[1..], path) || (!path.IsEmpty && Segments(pattern, path[1..]));
        return !path.IsEmpty && Name(pattern[0], path[0]) && Segments(pattern[1..], path[1..]);
    }

    private static bool Name(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty) return name.IsEmpty;
        if (pattern[0] == '*') return Name(pattern[1..], name) || (!name.IsEmpty && Name(pattern, name[1..]));
        return !name.IsEmpty && (pattern[0] == '?' || pattern[0] == name[0]) && Name(pattern[1..], name[1..]);
    }
}
