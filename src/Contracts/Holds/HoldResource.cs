using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// What a hold is on: any name of 1 to 256 characters, such as <c>calendar:jane</c>. Equal where it is written the
/// same, blanks around it and ways of writing one accent apart. It shares nothing with the resource of a claim: holds
/// and claims of one name do not meet.
/// </summary>
[JsonConverter(typeof(HoldResourceJsonConverter))]
public sealed record HoldResource
{
    /// <summary>The most characters (Unicode scalars) of a name.</summary>
    public const int LengthMax = 256;

    private const string RootPrefix = "hold:";

    private HoldResource(string name) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Names the root. No claim's root begins so.</summary>
    public string Root => RootPrefix + Name;

    /// <summary>Whether a root is one of holds.</summary>
    public static bool IsRoot(string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return root.StartsWith(RootPrefix, StringComparison.Ordinal);
    }

    /// <summary>Reads a name; where it is refused, a sentence says why.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out HoldResource? resource, [NotNullWhen(false)] out string? error)
    {
        resource = null;
        error = WhyNot(text);
        if (error is not null) return false;
        var name = CanonicalForm.Of(text!.Trim());
        if (TextRules.Length(name) > LengthMax) error = TooLong;
        else resource = new HoldResource(name);
        return resource is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Name;

    private static string TooLong => $"The resource is at most {LengthMax} characters long.";

    private static string? WhyNot(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return "The resource must not be empty.";
        if (!TextRules.IsWellFormed(text)) return "The resource must be valid Unicode; this one has a lone surrogate.";
        var trimmed = text.Trim();
        if (trimmed.Any(char.IsControl)) return "The resource must not contain control characters.";
        return TextRules.Length(trimmed) > LengthMax ? TooLong : null;
    }

    private sealed class HoldResourceJsonConverter : JsonConverter<HoldResource>
    {
        public override HoldResource Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var resource, out var error) ? resource : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, HoldResource value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
