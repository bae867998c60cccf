using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Names that people give to things.</summary>
internal static class Labels
{
    /// <summary>A trimmed line of text that is not empty; null where it is left out or wrong.</summary>
    public static string? Label(this Fields fields, string field, int max, bool required = false)
    {
        // White space around a name does not count towards its length, so that is checked after trimming.
        var text = fields.Text(field, max * 2, required: required)?.Trim();
        if (text is null) return null;
        var length = text.EnumerateRunes().Count();
        if (length < 1 || length > max) fields.Wrong(field, $"Must have 1 to {max} characters.");
        else if (text.AsSpan().ContainsAny("\t\r\n")) fields.Wrong(field, "Must be a single line.");
        else return text;
        return null;
    }
}
