namespace Availsync.Decisions;

/// <summary>
/// One segment of a path pattern, made ready for comparison. A segment stands for names that a file can have: never
/// empty, <c>.</c> or <c>..</c>.
/// </summary>
internal sealed class SegmentPattern
{
    private const int AnyCharacter = -1;
    private const int AnyRun = -2;
    private const int AnyButDot = -3;

    private readonly string text;
    private readonly int[] symbols;
    private readonly bool isLiteral;
    private readonly bool hasStar;

    public SegmentPattern(string text)
    {
        this.text = text;
        isLiteral = !text.AsSpan().ContainsAny('*', '?');
        symbols = [.. text.EnumerateRunes().Select(r => r.Value switch { '?' => AnyCharacter, '*' => AnyRun, var v => v })];
        hasStar = symbols.Contains(AnyRun);
    }

    /// <summary>Any one name.</summary>
    public static SegmentPattern AnyName { get; } = new("*");

    /// <summary>Any number of names: the segment <c>**</c>.</summary>
    public static SegmentPattern AnyNames { get; } = new("**");

    /// <summary>Whether one name fits both. Neither is <see cref="AnyNames"/>.</summary>
    public static bool Overlap(SegmentPattern left, SegmentPattern right)
    {
        if (left.isLiteral && right.isLiteral) return string.Equals(left.text, right.text, StringComparison.Ordinal);

        // Two that stretch have a long name in common if they have any; a literal is a proper name by itself.
        if ((left.hasStar && right.hasStar) || left.isLiteral || right.isLiteral) return Meet(left.symbols, right.symbols);
        var (plain, other) = left.hasStar ? (right, left) : (left, right);
        return plain.symbols.Length > 2 ? Meet(plain.symbols, other.symbols) : MeetsBesideDots(plain, other);
    }

    /// <summary>A common name of one or two characters has to be another one than <c>.</c> or <c>..</c>.</summary>
    private static bool MeetsBesideDots(SegmentPattern plain, SegmentPattern other)
    {
        for (var i = 0; i < plain.symbols.Length; i++)
        {
            if (plain.symbols[i] == '.') continue;
            var dotless = plain.symbols.ToArray();
            if (dotless[i] == AnyCharacter) dotless[i] = AnyButDot;
            if (Meet(dotless, other.symbols)) return true;
        }

        return false;
    }

    private static bool Meet(int[] left, int[] right) => WildcardMeeting<int, Characters>.Overlap(left, right);

    private readonly struct Characters : ISymbols<int>
    {
        public static bool IsStar(int symbol) => symbol == AnyRun;

        public static bool Meet(int left, int right)
        {
            if (left == right || left == AnyCharacter || right == AnyCharacter) return true;
            return (left == AnyButDot && right != '.') || (right == AnyButDot && left != '.');
        }
    }
}
