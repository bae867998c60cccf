using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>Takes values out of an answer; a failure says what was there instead.</summary>
internal static class Values
{
    /// <summary>The value at a dotted path, <c>blocked.0.path</c>.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        var at = element;
        foreach (var step in path.Split('.'))
        {
            var isIndex = at.ValueKind == JsonValueKind.Array && int.TryParse(step, out _);
            var index = isIndex ? int.Parse(step, CultureInfo.InvariantCulture) : 0;
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member)) at = member;
            else if (isIndex && index < at.GetArrayLength()) at = at[index];
            else Assert.Fail($"There is no {path} in {element.GetRawText()}");
        }

        return at;
    }

    public static string Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Not("a string", element);

    public static long Number(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number ? element.GetInt64() : throw Not("a number", element);

    public static decimal Amount(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number ? element.GetDecimal() : throw Not("a number", element);

    public static bool Flag(this JsonElement element) =>
        element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.GetBoolean() : throw Not("a flag", element);

    public static DateTimeOffset Time(this JsonElement element) => DateTimeOffset.ParseExact(
        element.Text(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static bool IsNull(this JsonElement element) => element.ValueKind == JsonValueKind.Null;

    public static string[] Texts(this JsonElement element) => [.. element.EnumerateArray().Select(e => e.Text())];

    public static string[] Members(this JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    private static InvalidOperationException Not(string kind, JsonElement element) =>
        new($"Not {kind}: {element.GetRawText()}");
}
