namespace Availsync.Contracts;

/// <summary>What every text that names something has to be.</summary>
internal static class TextRules
{
    /// <summary>Whether the text has no lone surrogates, so that it can be stored and sent as UTF-8.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }

    /// <summary>The length in characters as the contract counts them: Unicode scalars.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit)) length--;
        }

        return length;
    }

    /// <summary>The same text whatever the case of its letters.</summary>
    public static string FoldCase(string text)
    {
        // Upper case first joins letters with two lower-case forms, as the Greek sigma.
        var folded = text.ToUpperInvariant().ToLowerInvariant();
        return CanonicalForm.Of(folded);
    }
}
