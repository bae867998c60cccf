using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// What a claim is on. Equal where type and canonical key are: repo keys whatever their case and spelling, project keys
/// only where they are written the same. In JSON the text <c>repo:owner/repo</c> or <c>project:key</c>.
/// </summary>
[JsonConverter(typeof(ResourceRefJsonConverter))]
public sealed class ResourceRef : IEquatable<ResourceRef>
{
    /// <summary>The most characters (Unicode scalars) of a key.</summary>
    public const int KeyLengthMax = 256;

    private const string RepoPrefix = "repo:";
    private const string ProjectPrefix = "project:";

    private ResourceRef(ResourceType type, string key)
    {
        Type = type;
        Key = key;
        Canonical = type == ResourceType.Repo ? TextRules.FoldCase(key) : key;
        Root = type == ResourceType.Repo ? RepoPrefix + Canonical : RootOfProject(key);
    }

    /// <summary>Repo or project.</summary>
    public ResourceType Type { get; }

    /// <summary>The key as it is shown: a repo's without URL and ending, in the spelling it was given.</summary>
    public string Key { get; }

    /// <summary>The key's identity: a repo's without regard to case, a project's as it is.</summary>
    public string Canonical { get; }

    /// <summary>
    /// Names the root: <c>repo:…</c> with the canonical key for a repo and for its parts, <c>project:…</c> for a plain
    /// project. Everything that can conflict shares its root.
    /// </summary>
    public string Root { get; }

    /// <summary>Whether it is all of its root, and excludes everything else there: not a part of a repo.</summary>
    public bool IsWholeRoot => Type == ResourceType.Repo || Root.StartsWith(ProjectPrefix, StringComparison.Ordinal);

    /// <summary>Reads a key of a given type; where it is refused, a sentence says why.</summary>
    public static bool TryParse(
        ResourceType type,
        string? key,
        [NotNullWhen(true)] out ResourceRef? resource,
        [NotNullWhen(false)] out string? error)
    {
        resource = null;
        error = WhyNot(key);
        if (error is not null) return false;

        var text = CanonicalForm.Of(key!.Trim());
        if (type == ResourceType.Repo) text = RepoKey.Shown(text);
        if (text.Length == 0) error = "The key names no repo.";
        else if (TextRules.Length(text) > KeyLengthMax) error = TooLong;
        if (error is not null) return false;

        resource = new ResourceRef(type, text);
        return true;
    }

    /// <summary>Reads <c>repo:owner/repo</c> or <c>project:key</c>; where it is refused, a sentence says why.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out ResourceRef? resource, [NotNullWhen(false)] out string? error)
    {
        var trimmed = text?.TrimStart() ?? "";
        if (trimmed.StartsWith(RepoPrefix, StringComparison.Ordinal))
            return TryParse(ResourceType.Repo, trimmed[RepoPrefix.Length..], out resource, out error);
        if (trimmed.StartsWith(ProjectPrefix, StringComparison.Ordinal))
            return TryParse(ResourceType.Project, trimmed[ProjectPrefix.Length..], out resource, out error);
        resource = null;
        error = "A resource is written 'repo:owner/repo' or 'project:key'.";
        return false;
    }

    /// <inheritdoc />
    public bool Equals(ResourceRef? other) =>
        other is not null && Type == other.Type && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ResourceRef);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Type, Canonical.GetHashCode(StringComparison.Ordinal));

    /// <summary>The type and the key as it is shown: <c>repo:Owner/Repo</c>.</summary>
    public override string ToString() => (Type == ResourceType.Repo ? RepoPrefix : ProjectPrefix) + Key;

    private static string TooLong => $"The key is at most {KeyLengthMax} characters long.";

    private static string? WhyNot(string? key)
    {
        if (string.IsNullOrWhiteSpace(key)) return "The key must not be empty.";
        if (!TextRules.IsWellFormed(key)) return "The key must be valid Unicode; this one holds a lone surrogate.";
        var trimmed = key.Trim();
        if (trimmed.Any(char.IsControl)) return "The key must not contain control characters.";
        return TextRules.Length(trimmed) > KeyLengthMax ? TooLong : null;
    }

    /// <summary>A key <c>owner/repo#name</c> is a part of that repo, whatever way the repo is spelled.</summary>
    private static string RootOfProject(string key)
    {
        var hash = key.IndexOf('#', StringComparison.Ordinal);
        if (hash > 0 && !string.IsNullOrWhiteSpace(key[(hash + 1)..]))
        {
            var repo = RepoKey.Shown(key[..hash]);
            var slash = repo.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && slash < repo.Length - 1) return RepoPrefix + TextRules.FoldCase(repo);
        }

        return ProjectPrefix + key;
    }

    private sealed class ResourceRefJsonConverter : JsonConverter<ResourceRef>
    {
        public override ResourceRef Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var resource, out var error) ? resource : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, ResourceRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
