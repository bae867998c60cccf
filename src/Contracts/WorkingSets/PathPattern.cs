using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// Names files of a repo: a path relative to its top, <c>/</c>-separated and normalised (no <c>.</c> and no empty
/// segments, Unicode NFC). A trailing <c>/</c> means everything below that directory. Within a segment <c>*</c> stands
/// for any number of characters and <c>?</c> for exactly one Unicode scalar; <c>**</c> as a whole segment stands for
/// any number of segments, none included. Two patterns are equal where their normalised texts are.
/// </summary>
[JsonConverter(typeof(PathPatternJsonConverter))]
public sealed class PathPattern : IEquatable<PathPattern>
{
    /// <summary>The most characters (Unicode scalars) of a pattern.</summary>
    public const int LengthMax = 1024;

    private PathPattern(string[] segments, bool isDirectory)
    {
        IsDirectory = isDirectory;
        Text = string.Join('/', segments) + (isDirectory ? "/" : "");
        IsLiteral = !isDirectory && !Text.AsSpan().ContainsAny('*', '?');
    }

    /// <summary>The normalised pattern, with the trailing <c>/</c> of a directory.</summary>
    public string Text { get; }

    /// <summary>The segments of <see cref="Text"/>, at least one; a trailing <c>/</c> adds none.</summary>
    /// <remarks>Split at each call: what a working set holds for hours is the text alone.</remarks>
    public IReadOnlyList<string> Segments => (IsDirectory ? Text[..^1] : Text).Split('/');

    /// <summary>Whether it means everything below a directory, but not a file of that name.</summary>
    public bool IsDirectory { get; }

    /// <summary>Whether it names exactly one file.</summary>
    public bool IsLiteral { get; }

    /// <summary>Reads and normalises a pattern; where it is refused, a sentence says why.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out PathPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = WhyNot(text);
        if (error is not null) return false;

        var parts = CanonicalForm.Of(text!).Split('/');
        if (parts.Contains(".."))
            error = "A path must not contain '..' segments.";

        var segments = Array.FindAll(parts, p => p is not ("" or "."));
        if (segments.Length == 0)
            error ??= "A path must name something below the top of the repo; '**' names all of it.";
        if (error is not null) return false;

        pattern = new PathPattern(segments, isDirectory: parts[^1] is "" or ".");
        if (TextRules.Length(pattern.Text) <= LengthMax) return true;
        pattern = null;
        error = TooLong;
        return false;
    }

    /// <inheritdoc />
    public bool Equals(PathPattern? other) =>
        other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as PathPattern);

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Text;

    private static string TooLong => $"A path is at most {LengthMax} characters long.";

    private static string? WhyNot(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "A path must not be empty.";
        if (!TextRules.IsWellFormed(text)) return "A path must be valid Unicode; this one holds a lone surrogate.";
        if (TextRules.Length(text) > LengthMax) return TooLong;
        if (text.Contains('\0')) return "A path must not contain NUL.";
        if (text.Contains('\\')) return "A path must not contain backslashes; '/' separates its segments.";
        var hasDrive = text.Length > 2 && char.IsAsciiLetter(text[0]) && text[1] == ':' && text[2] == '/';
        return text[0] == '/' || hasDrive ? "A path must be relative to the top of the repo, not absolute." : null;
    }

    private sealed class PathPatternJsonConverter : JsonConverter<PathPattern>
    {
        public override PathPattern Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var pattern, out var error) ? pattern : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, PathPattern value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Text);
    }
}
