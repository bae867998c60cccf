using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Availsync.Contract.Tests;

/// <summary>
/// The part of JSON Schema 2020-12 that the document uses. Closed, it also refuses members that no schema speaks of:
/// clients ignore them, but here they would be promises that nobody wrote down.
/// </summary>
internal sealed partial class SchemaValidator(JsonElement document)
{
    private static readonly string[] Known =
    [
        "$ref", "type", "const", "enum", "properties", "required", "additionalProperties", "items", "minItems",
        "maxItems",
        "minLength", "maxLength", "minimum", "maximum", "pattern", "format", "anyOf", "oneOf", "allOf", "description",
        "default", "example", "examples",
    ];

    /// <summary>Looking a name up in a document of this size takes longer than all the checks behind it.</summary>
    private readonly ConcurrentDictionary<string, JsonElement> _named = new();

    /// <summary>What is wrong with a value.</summary>
    public IReadOnlyList<string> FaultsOf(JsonElement schema, JsonElement value, bool closed)
    {
        var check = new Check(this, closed);
        check.Visit(schema, value, "$");
        return check.Faults;
    }

    /// <summary>Follows <c>$ref</c> where the element is one.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
            element = _named.GetOrAdd(reference.GetString()!, Find);
        return element;
    }

    /// <summary>What <c>#/components/…</c> names.</summary>
    public JsonElement Find(string reference)
    {
        var at = document;
        foreach (var step in reference[2..].Split('/')) at = at.GetProperty(step);
        return at;
    }

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")]
    private static partial Regex UuidV7();

    [GeneratedRegex(@"\A[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z\z")]
    private static partial Regex UtcWithMilliseconds();

    private sealed class Check(SchemaValidator schemas, bool closed)
    {
        public List<string> Faults { get; } = [];

        /// <summary>Holds a value against all that is said of it.</summary>
        public void Visit(JsonElement schema, JsonElement value, string at)
        {
            HashSet<string> spoken = [];
            Apply(schema, value, at, spoken);
            if (!closed || value.ValueKind != JsonValueKind.Object || spoken.Contains("*")) return;
            foreach (var member in value.EnumerateObject())
            {
                if (!spoken.Contains(member.Name)) Faults.Add($"{at}: nothing is documented of '{member.Name}'.");
            }
        }

        private void Apply(JsonElement schema, JsonElement value, string at, HashSet<string> spoken)
        {
            foreach (var keyword in schema.EnumerateObject())
            {
                if (!Known.Contains(keyword.Name)) throw new NotSupportedException($"{keyword.Name} is not checked.");
                ApplyKeyword(schema, keyword, value, at, spoken);
            }
        }

        private void ApplyKeyword(
            JsonElement schema, JsonProperty keyword, JsonElement value, string at, HashSet<string> spoken)
        {
            var says = keyword.Value;
            switch (keyword.Name)
            {
                case "$ref": Apply(schemas.Resolve(schema), value, at, spoken); break;
                case "allOf": foreach (var part in says.EnumerateArray()) Apply(part, value, at, spoken); break;
                case "anyOf": Choose(says, value, at, spoken, atMost: int.MaxValue); break;
                case "oneOf": Choose(says, value, at, spoken, atMost: 1); break;
                case "type": Must(IsOf(says, value), at, $"should be {says}, is {value.ValueKind}"); break;
                case "const": Must(JsonElement.DeepEquals(says, value), at, $"should be {says}, is {value}"); break;
                case "enum":
                    Must(says.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)), at,
                        $"should be in {says}, is {value}");
                    break;
                default:
                    if (value.ValueKind == JsonValueKind.Object) ApplyToObject(keyword, value, at, spoken);
                    else if (value.ValueKind == JsonValueKind.Array) ApplyToArray(keyword, value, at);
                    else if (value.ValueKind == JsonValueKind.String) ApplyToText(keyword, value.GetString()!, at);
                    else if (value.ValueKind == JsonValueKind.Number) ApplyToNumber(keyword, value.GetDouble(), at);
                    break;
            }
        }

        private void ApplyToObject(JsonProperty keyword, JsonElement value, string at, HashSet<string> spoken)
        {
            switch (keyword.Name)
            {
                case "additionalProperties": spoken.Add("*"); break;
                case "required":
                    foreach (var name in keyword.Value.EnumerateArray())
                        Must(value.TryGetProperty(name.GetString()!, out _), at, $"'{name}' is missing");
                    break;
                case "properties":
                    foreach (var property in keyword.Value.EnumerateObject())
                    {
                        spoken.Add(property.Name);
                        if (value.TryGetProperty(property.Name, out var member))
                            Visit(property.Value, member, $"{at}.{property.Name}");
                    }

                    break;
            }
        }

        private void ApplyToArray(JsonProperty keyword, JsonElement value, string at)
        {
            var length = value.GetArrayLength();
            switch (keyword.Name)
            {
                case "items":
                    foreach (var (i, item) in value.EnumerateArray().Index()) Visit(keyword.Value, item, $"{at}[{i}]");
                    break;
                case "minItems": Must(length >= keyword.Value.GetInt32(), at, "has too few items"); break;
                case "maxItems": Must(length <= keyword.Value.GetInt32(), at, "has too many items"); break;
            }
        }

        private void ApplyToText(JsonProperty keyword, string text, string at)
        {
            var length = text.EnumerateRunes().Count();
            var fine = keyword.Name switch
            {
                "minLength" => length >= keyword.Value.GetInt32(),
                "maxLength" => length <= keyword.Value.GetInt32(),
                "pattern" => Regex.IsMatch(text, keyword.Value.GetString()!),
                "format" => keyword.Value.GetString() switch
                {
                    "uuid" => UuidV7().IsMatch(text),
                    "date-time" => UtcWithMilliseconds().IsMatch(text),
                    _ => true,
                },
                _ => true,
            };
            Must(fine, at, $"'{text}' is against {keyword.Name} {keyword.Value}");
        }

        private void ApplyToNumber(JsonProperty keyword, double number, string at)
        {
            if (keyword.Name == "minimum") Must(number >= keyword.Value.GetDouble(), at, $"{number} is too small");
            else if (keyword.Name == "maximum") Must(number <= keyword.Value.GetDouble(), at, $"{number} is too large");
        }

        private void Choose(JsonElement choices, JsonElement value, string at, HashSet<string> spoken, int atMost)
        {
            List<(Check Check, HashSet<string> Spoken)> tried = [];
            foreach (var choice in choices.EnumerateArray())
            {
                var one = (Check: new Check(schemas, closed), Spoken: new HashSet<string>());
                one.Check.Apply(choice, value, at, one.Spoken);
                tried.Add(one);
            }

            var fitting = tried.Where(t => t.Check.Faults.Count == 0).ToList();
            if (fitting.Count == 0) Faults.AddRange(tried.MinBy(t => t.Check.Faults.Count).Check.Faults);
            Must(fitting.Count <= atMost, at, "fits more than one of its forms");
            foreach (var fit in fitting) spoken.UnionWith(fit.Spoken);
        }

        private void Must(bool fine, string at, string fault)
        {
            if (!fine) Faults.Add($"{at}: {fault}.");
        }

        private static bool IsOf(JsonElement types, JsonElement value) => types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Any(t => IsOf(t, value))
            : types.GetString() switch
            {
                "null" => value.ValueKind == JsonValueKind.Null,
                "object" => value.ValueKind == JsonValueKind.Object,
                "array" => value.ValueKind == JsonValueKind.Array,
                "string" => value.ValueKind == JsonValueKind.String,
                "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "number" => value.ValueKind == JsonValueKind.Number,
                "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
                _ => throw new NotSupportedException($"The type {types} is not checked."),
            };
    }
}
