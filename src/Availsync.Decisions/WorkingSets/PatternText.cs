using System.Buffers;
using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>The text of a pattern as comparisons read it: no trailing <c>/</c>, what it stands for instead.</summary>
internal static class PatternText
{
    private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?");

    public static string Of(PathPattern pattern) => pattern.IsDirectory ? pattern.Text + "*/**" : pattern.Text;

    /// <summary>Whether the characters before the first or behind the last wildcards already differ.</summary>
    public static bool EndsDiffer(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var same = left.CommonPrefixLength(right);
        var differ = same < left.Length && same < right.Length && BothLiteral(left[same], right[same]);
        if (differ && !left[..same].ContainsAny(Wildcards)) return true;

        for (var i = 1; i <= left.Length && i <= right.Length; i++)
        {
            var (one, other) = (left[^i], right[^i]);
            if (!BothLiteral(one, other)) return false;
            if (one != other) return true;
        }

        return false;
    }

    private static bool BothLiteral(char left, char right) => left is not ('*' or '?') && right is not ('*' or '?');
}
