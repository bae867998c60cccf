namespace Availsync.Decisions;

/// <summary>
/// One segment of a path pattern, made ready for comparison. It stands for the names that a file or directory can have:
/// never empty, <c>.</c> or <c>..</c>.
/// </summary>
internal sealed class SegmentPattern
{
    private const int AnyCharacter = -1;
    private const int AnyRun = -2;
    private const int AnyButDot = -3;

    /// <summary>What a comparison costs beside its characters, in the time that one character takes.</summary>
    private const int StepsPerComparison = 15;

    private readonly string text;
    private readonly bool isLiteral;
    private WildcardText<int, Characters>? parsed;

    public SegmentPattern(string text)
    {
        this.text = text;
        isLiteral = IsLiteralText(text);
    }

    /// <summary>Any one name.</summary>
    public static SegmentPattern AnyName { get; } = new("*");

    /// <summary>Any number of names: the segment <c>**</c>.</summary>
    public static SegmentPattern AnyNames { get; } = new("**");

    // Most segments are only ever compared as text, so the symbols are made when a wildcard first asks for them.
    private WildcardText<int, Characters> Parsed => parsed ??= new(
        [.. text.EnumerateRunes().Select(r => r.Value switch { '?' => AnyCharacter, '*' => AnyRun, var v => v })]);

    /// <summary>Whether the segment names itself and nothing else.</summary>
    public static bool IsLiteralText(string text) => !text.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether one name fits both. Neither is <see cref="AnyNames"/>.</summary>
    public static bool Overlap(SegmentPattern left, SegmentPattern right, ref long steps)
    {
        steps += StepsPerComparison;
        if (ReferenceEquals(left, right)) return true;
        if (left.isLiteral && right.isLiteral) return string.Equals(left.text, right.text, StringComparison.Ordinal);

        // Two that stretch have a long name in common if they have any; a literal is a proper name by itself.
        var (one, other) = (left.Parsed, right.Parsed);
        if ((one.HasStar && other.HasStar) || left.isLiteral || right.isLiteral)
            return WildcardText<int, Characters>.Overlap(one, other, ref steps);
        var (plain, free) = one.HasStar ? (other, one) : (one, other);
        return plain.Symbols.Length > 2
            ? WildcardText<int, Characters>.Overlap(plain, free, ref steps)
            : OverlapBesideDots(plain, free, ref steps);
    }

    /// <summary>A common name of one or two characters has to be another one than <c>.</c> or <c>..</c>.</summary>
    private static bool OverlapBesideDots(
        WildcardText<int, Characters> plain, WildcardText<int, Characters> free, ref long steps)
    {
        for (var i = 0; i < plain.Symbols.Length; i++)
        {
            if (plain.Symbols[i] == '.') continue;
            var dotless = plain.Symbols.ToArray();
            if (dotless[i] == AnyCharacter) dotless[i] = AnyButDot;
            if (WildcardText<int, Characters>.Overlap(new(dotless), free, ref steps)) return true;
        }

        return false;
    }

    private readonly struct Characters : ISymbols<int>
    {
        public static bool IsStar(int symbol) => symbol == AnyRun;

        public static bool Meet(int left, int right, ref long steps)
        {
            if (left == right || left == AnyCharacter || right == AnyCharacter) return true;
            return (left == AnyButDot && right != '.') || (right == AnyButDot && left != '.');
        }
    }
}
