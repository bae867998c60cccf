using System.Text.Json;

namespace Availsync.System.Tests.Faults;

/// <summary>
/// Reads facts as they are kept, as they travel on the bus and as they are streamed: the same members in three
/// spellings, and no code of the product in between.
/// </summary>
internal static class Happenings
{
    public static List<Happening> InList(string json)
    {
        using var list = JsonDocument.Parse(json);
        return InList(list.RootElement);
    }

    public static List<Happening> InList(JsonElement list) => [.. list.EnumerateArray().Select(Of)];

    public static Happening Of(JsonElement json)
    {
        var fact = Find(json, "fact") ?? json;
        var claim = Find(fact, "claim");
        return new Happening(
            Get(json, "eventid").GetGuid(),
            Get(json, "root").GetString()!,
            Get(json, "sequence").GetInt64(),
            Get(json, "at").GetDateTimeOffset(),
            (Find(fact, "$type") ?? Get(json, "type")).GetString()!,
            claim is { ValueKind: JsonValueKind.Object } seen ? ClaimOf(seen) : null);
    }

    public static SeenClaim ClaimOf(JsonElement json) => new(
        Get(json, "id").GetGuid(), Get(json, "resource").GetString()!, Get(json, "fencingtoken").GetInt64(),
        Get(json, "expiresat").GetDateTimeOffset());

    private static JsonElement Get(JsonElement json, string name) =>
        Find(json, name) ?? throw new JsonException($"There is no {name} in {json}.");

    private static JsonElement? Find(JsonElement json, string name)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name.Replace("_", "", StringComparison.Ordinal).Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }

        return null;
    }
}
