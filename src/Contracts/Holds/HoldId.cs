using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// The id of a hold, made like a <see cref="ClaimId"/>: it carries the <see cref="Slot"/> of its root, so that whatever
/// names a hold finds the partition that owns it without a look-up.
/// </summary>
[JsonConverter(typeof(HoldIdJsonConverter))]
public readonly record struct HoldId(Guid Value)
{
    /// <summary>The slot that the id carries.</summary>
    public Slot Slot => new ClaimId(Value).Slot;

    /// <summary>Reads the hyphenated form. Any UUID is an id, if perhaps one that names nothing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out HoldId id)
    {
        var parsed = ClaimId.TryParse(text, out var value);
        id = new HoldId(value.Value);
        return parsed;
    }

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");

    private sealed class HoldIdJsonConverter : JsonConverter<HoldId>
    {
        public override HoldId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, HoldId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
