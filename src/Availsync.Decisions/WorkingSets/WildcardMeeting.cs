namespace Availsync.Decisions;

/// <summary>How single symbols of a wildcard text behave.</summary>
internal interface ISymbols<TSymbol>
{
    /// <summary>Whether the symbol is a star: it stands for any number of symbols, none included.</summary>
    static abstract bool IsStar(TSymbol symbol);

    /// <summary>Whether two symbols, neither a star, can stand for the same thing. Whatever stands alone can be met.</summary>
    static abstract bool Meet(TSymbol left, TSymbol right);
}

/// <summary>
/// Whether two wildcard texts can stand for the same sequence, exactly. The same rule holds for characters inside a
/// segment (star <c>*</c>) and for the segments of a path (star <c>**</c>), so it is written once.
/// </summary>
internal static class WildcardMeeting<TSymbol, TSymbols>
    where TSymbols : ISymbols<TSymbol>
{
    public static bool Overlap(ReadOnlySpan<TSymbol> left, ReadOnlySpan<TSymbol> right)
    {
        var leftStar = FirstStar(left);
        var rightStar = FirstStar(right);
        if (leftStar < 0 && rightStar < 0) return left.Length == right.Length && MeetAll(left, right);
        if (leftStar < 0) return OneStarred(right, rightStar, left);
        if (rightStar < 0) return OneStarred(left, leftStar, right);

        // Both stretch: once the fixed ends meet, the first star of each takes in all that is inside the other.
        var head = Math.Min(leftStar, rightStar);
        var tail = Math.Min(left.Length - 1 - LastStar(left), right.Length - 1 - LastStar(right));
        return MeetAll(left[..head], right[..head]) && MeetAll(left[^tail..], right[^tail..]);
    }

    private static bool OneStarred(ReadOnlySpan<TSymbol> starred, int firstStar, ReadOnlySpan<TSymbol> plain)
    {
        var lastStar = LastStar(starred);
        var tail = starred.Length - 1 - lastStar;
        if (firstStar + tail > plain.Length) return false;
        if (!MeetAll(starred[..firstStar], plain[..firstStar])) return false;
        if (!MeetAll(starred[^tail..], plain[^tail..])) return false;
        return firstStar == lastStar || Contains(starred[(firstStar + 1)..lastStar], plain[firstStar..^tail]);
    }

    /// <summary>
    /// Whether the pieces between the stars are found one behind the other. Taking each as far to the left as it goes is
    /// enough: every symbol of the plain text is free to be chosen on its own.
    /// </summary>
    private static bool Contains(ReadOnlySpan<TSymbol> pieces, ReadOnlySpan<TSymbol> plain)
    {
        while (pieces.Length > 0)
        {
            var star = FirstStar(pieces);
            var piece = star < 0 ? pieces : pieces[..star];
            var at = 0;
            while (at + piece.Length <= plain.Length && !MeetAll(piece, plain.Slice(at, piece.Length))) at++;
            if (at + piece.Length > plain.Length) return false;
            plain = plain[(at + piece.Length)..];
            pieces = star < 0 ? [] : pieces[(star + 1)..];
        }

        return true;
    }

    private static bool MeetAll(ReadOnlySpan<TSymbol> left, ReadOnlySpan<TSymbol> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (!TSymbols.Meet(left[i], right[i])) return false;
        }

        return true;
    }

    private static int FirstStar(ReadOnlySpan<TSymbol> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (TSymbols.IsStar(text[i])) return i;
        }

        return -1;
    }

    private static int LastStar(ReadOnlySpan<TSymbol> text)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (TSymbols.IsStar(text[i])) return i;
        }

        return -1;
    }
}
