namespace Availsync.Decisions;

/// <summary>How single symbols of a wildcard text behave.</summary>
internal interface ISymbols<TSymbol>
{
    /// <summary>Whether the symbol is a star: it stands for any number of symbols, none included.</summary>
    static abstract bool IsStar(TSymbol symbol);

    /// <summary>Whether two symbols, neither a star, can stand for the same thing.</summary>
    static abstract bool Meet(TSymbol left, TSymbol right, ref long steps);
}

/// <summary>
/// A sequence of symbols and stars, and whether two such can stand for the same sequence: exactly. One rule serves the
/// characters inside a segment (star <c>*</c>) and the segments of a path (star <c>**</c>), so it is written once.
/// </summary>
internal sealed class WildcardText<TSymbol, TSymbols>
    where TSymbols : ISymbols<TSymbol>
{
    private readonly TSymbol[] symbols;
    private readonly int firstStar;
    private readonly int lastStar;

    public WildcardText(TSymbol[] symbols)
    {
        this.symbols = symbols;
        firstStar = FirstStar(symbols);
        lastStar = Array.FindLastIndex(symbols, TSymbols.IsStar);
    }

    public bool HasStar => firstStar >= 0;

    public ReadOnlySpan<TSymbol> Symbols => symbols;

    private int TailLength => symbols.Length - 1 - lastStar;

    /// <summary>Whether one sequence fits both; adds the comparisons it took to <paramref name="steps"/>.</summary>
    public static bool Overlap(
        WildcardText<TSymbol, TSymbols> left, WildcardText<TSymbol, TSymbols> right, ref long steps)
    {
        if (!left.HasStar && !right.HasStar)
            return left.symbols.Length == right.symbols.Length && MeetAll(left.symbols, right.symbols, ref steps);
        if (!left.HasStar) return right.Takes(left.symbols, ref steps);
        if (!right.HasStar) return left.Takes(right.symbols, ref steps);

        // Both stretch: once the fixed ends meet, a star of each takes in all that is inside the other.
        var head = Math.Min(left.firstStar, right.firstStar);
        var tail = Math.Min(left.TailLength, right.TailLength);
        return MeetAll(left.Symbols[..head], right.Symbols[..head], ref steps)
            && MeetAll(left.Symbols[^tail..], right.Symbols[^tail..], ref steps);
    }

    /// <summary>Whether this text, which has a star, fits one without.</summary>
    private bool Takes(ReadOnlySpan<TSymbol> plain, ref long steps)
    {
        var tail = TailLength;
        if (firstStar + tail > plain.Length) return false;
        if (!MeetAll(Symbols[..firstStar], plain[..firstStar], ref steps)) return false;
        if (!MeetAll(Symbols[^tail..], plain[^tail..], ref steps)) return false;
        return firstStar == lastStar
            || Contains(plain[firstStar..^tail], Symbols[(firstStar + 1)..lastStar], ref steps);
    }

    /// <summary>
    /// Whether the pieces between the stars are found one behind the other. Taking each as far to the left as it goes
    /// is enough: every symbol of the plain text is free to be chosen on its own.
    /// </summary>
    private static bool Contains(ReadOnlySpan<TSymbol> plain, ReadOnlySpan<TSymbol> pieces, ref long steps)
    {
        while (pieces.Length > 0)
        {
            var star = FirstStar(pieces);
            var piece = star < 0 ? pieces : pieces[..star];
            var at = 0;
            while (at + piece.Length <= plain.Length && !MeetAll(piece, plain.Slice(at, piece.Length), ref steps)) at++;
            if (at + piece.Length > plain.Length) return false;
            plain = plain[(at + piece.Length)..];
            pieces = star < 0 ? [] : pieces[(star + 1)..];
        }

        return true;
    }

    private static bool MeetAll(ReadOnlySpan<TSymbol> left, ReadOnlySpan<TSymbol> right, ref long steps)
    {
        for (var i = 0; i < left.Length; i++)
        {
            steps++;
            if (!TSymbols.Meet(left[i], right[i], ref steps)) return false;
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
}
