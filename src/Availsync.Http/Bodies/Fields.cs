using System.Text;
using System.Text.Json;

namespace Availsync.Http;

/// <summary>
/// Takes values out of a JSON object and gathers all that is wrong with them, so that a client learns every mistake at
/// once. A null counts as left out. Unknown fields are ignored.
/// </summary>
public sealed class Fields(JsonElement root, string prefix = "")
{
    private readonly List<FieldError> _errors = [];

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>The refusal of all that is wrong, or null where nothing is.</summary>
    public ApiError? Refusal => _errors.Count == 0 ? null : ApiError.ValidationFailed(_errors);

    /// <summary>Notes that a field is wrong.</summary>
    public void Wrong(string field, string message) => _errors.Add(new FieldError(prefix + field, message));

    /// <summary>Takes over what is wrong with a part of the object.</summary>
    public void Take(Fields part)
    {
        ArgumentNullException.ThrowIfNull(part);
        _errors.AddRange(part.Errors);
    }

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string field) => Find(field) is not null;

    /// <summary>
    /// Whether the field is there and null: for the few fields where that differs from leaving it out.
    /// </summary>
    public bool IsNull(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>The raw value, or null where it is left out.</summary>
    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string of so many Unicode characters without control characters but tab and line ends.</summary>
    public string? Text(string field, int max, int min = 0, bool required = false)
    {
        if (Find(field) is not { } value)
        {
            if (required) Wrong(field, "Is required.");
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Wrong(field, "Must be a string.");
            return null;
        }

        var text = value.GetString()!;
        var length = text.EnumerateRunes().Count();
        if (length < min || length > max)
            Wrong(field, min > 0 ? $"Must have {min} to {max} characters." : $"Must have at most {max} characters.");
        else if (text.EnumerateRunes().Any(IsForbidden))
            Wrong(field, "Must not contain control characters.");
        else
            return text;
        return null;
    }

    /// <summary>A whole number in a range.</summary>
    public int? Whole(string field, int min, int max)
    {
        if (Find(field) is not { } value) return null;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        if (isNumber && TryWhole(value, out var number) && number >= min && number <= max) return (int)number;
        Wrong(field, $"Must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>A whole number of any size that 64 bits hold.</summary>
    public long? Whole(string field)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && TryWhole(value, out var number)) return number;
        Wrong(field, "Must be a whole number.");
        return null;
    }

    /// <summary>A whole number in a range that 64 bits hold.</summary>
    public long? WholeLong(string field, long min, long max)
    {
        if (Find(field) is not { } value) return null;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        if (isNumber && TryWhole(value, out var number) && number >= min && number <= max) return number;
        Wrong(field, $"Must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>A number in a range, exactly as it was written.</summary>
    public decimal? Number(string field, decimal min, decimal max)
    {
        if (Find(field) is not { } value) return null;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        if (isNumber && value.TryGetDecimal(out var number) && number >= min && number <= max) return number;
        Wrong(field, $"Must be a number from {min} to {max}.");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string field)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(field, "Must be true or false.");
        return null;
    }

    /// <summary>A UUID in the hyphenated form.</summary>
    public Guid? Id(string field, bool required = false)
    {
        if (Find(field) is not { } value)
        {
            if (required) Wrong(field, "Is required.");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && Guid.TryParseExact(value.GetString(), "D", out var id))
            return id;
        Wrong(field, "Must be a UUID.");
        return null;
    }

    /// <summary>A time.</summary>
    public DateTimeOffset? Time(string field)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String && Rfc3339.TryParse(value.GetString(), out var time)) return time;
        Wrong(field, "Must be an RFC 3339 time, such as 2026-05-22T10:30:00.000Z.");
        return null;
    }

    /// <summary>One of the names of an enumeration, in snake_case.</summary>
    public T? Choice<T>(string field, bool required = false)
        where T : struct, Enum
    {
        if (Find(field) is not { } value)
        {
            if (required) Wrong(field, "Is required.");
            return null;
        }

        foreach (var choice in Enum.GetValues<T>())
        {
            if (value.ValueKind == JsonValueKind.String && value.ValueEquals(Name(choice))) return choice;
        }

        Wrong(field, $"Must be one of {string.Join(", ", Enum.GetValues<T>().Select(Name))}.");
        return null;
    }

    /// <summary>An object of at most so many bytes, as compact JSON text.</summary>
    public string? Object(string field, int bytesMax)
    {
        if (Find(field) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong(field, "Must be an object.");
            return null;
        }

        var text = JsonSerializer.Serialize(value, WireJson.Options);
        if (Encoding.UTF8.GetByteCount(text) <= bytesMax) return text;
        Wrong(field, $"Must have at most {bytesMax} bytes as JSON.");
        return null;
    }

    private static string Name<T>(T choice)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(choice.ToString());

    private static bool IsForbidden(Rune rune) => Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r');

    /// <summary>A number such as 45.0 or 4.5e1 is whole too: JSON knows one kind of number.</summary>
    private static bool TryWhole(JsonElement value, out long number)
    {
        if (value.TryGetInt64(out number)) return true;
        if (!value.TryGetDecimal(out var exact) || exact != decimal.Truncate(exact)) return false;
        if (exact is < long.MinValue or > long.MaxValue) return false;
        number = (long)exact;
        return true;
    }
}
