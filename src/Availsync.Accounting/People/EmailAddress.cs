using System.Text;

namespace Availsync.Accounting;

/// <summary>E-mail addresses: trimmed, compared without case, and only as plausible as a look can tell.</summary>
internal static class EmailAddress
{
    public const int LengthMax = 254;

    private const int LocalLengthMax = 64;
    private const int LabelLengthMax = 63;
    private const string NotInLocal = "@\"(),:;<>[\\]";

    /// <summary>The form in which an address is unique and in which sign-ins are counted.</summary>
    public static string KeyOf(string text) => text.Trim().ToLowerInvariant();

    /// <summary>
    /// Whether a trimmed text looks like an address. A domain of one word is taken too (<c>owner@localhost</c>):
    /// nothing is ever sent there.
    /// </summary>
    public static bool IsPlausible(string text)
    {
        var at = text.LastIndexOf('@');
        return at is >= 1 and <= LocalLengthMax
            && text.Length <= LengthMax
            && text[..at].EnumerateRunes().All(IsOfLocal)
            && text[(at + 1)..].Split('.').All(IsLabel);
    }

    private static bool IsOfLocal(Rune rune) =>
        !Rune.IsWhiteSpace(rune)
        && !Rune.IsControl(rune)
        && !NotInLocal.Contains(rune.ToString(), StringComparison.Ordinal);

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= LabelLengthMax
        && label[0] != '-'
        && label[^1] != '-'
        && label.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value == '-');
}
