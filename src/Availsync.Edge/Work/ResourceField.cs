using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>A resource in a body: <c>resource</c>, or <c>resource_type</c> with <c>resource_key</c>.</summary>
internal static class ResourceField
{
    /// <summary>The resource in either form. Where both forms are given they must mean the same.</summary>
    public static ResourceRef? Read(Fields fields)
    {
        var whole = ReadWhole(fields);
        var isSplit = fields.Has("resource_type") || fields.Has("resource_key");
        if (!isSplit)
        {
            if (!fields.Has("resource")) fields.Wrong("resource", "Is required, or resource_type with resource_key.");
            return whole;
        }

        var split = ReadSplit(fields);
        if (whole is not null && split is not null && !whole.Equals(split))
            fields.Wrong("resource", "Contradicts resource_type and resource_key.");
        return split;
    }

    /// <summary>The one-word form, or null where it is left out or wrong.</summary>
    public static ResourceRef? ReadWhole(Fields fields)
    {
        if (RawText(fields, "resource") is not { } text) return null;
        if (ResourceRef.TryParse(text, out var resource, out var error)) return resource;
        fields.Wrong("resource", error);
        return null;
    }

    private static ResourceRef? ReadSplit(Fields fields)
    {
        var type = fields.Choice<ResourceType>("resource_type", required: true);
        if (!fields.Has("resource_key")) fields.Wrong("resource_key", "Is required.");
        if (RawText(fields, "resource_key") is not { } key) return null;
        if (ResourceRef.TryParse(type ?? ResourceType.Repo, key, out var resource, out var error))
            return type is null ? null : resource;
        fields.Wrong("resource_key", error);
        return null;
    }

    /// <summary>The resource itself knows which characters it takes; only the kind of the value is looked at.</summary>
    private static string? RawText(Fields fields, string field)
    {
        if (fields.Find(field) is not { } value) return null;
        if (value.ValueKind == System.Text.Json.JsonValueKind.String) return value.GetString();
        fields.Wrong(field, "Must be a string.");
        return null;
    }
}
