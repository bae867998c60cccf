using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// The id of a claim: a UUIDv7 (RFC 9562) whose 12 bits <c>rand_a</c> are the <see cref="Slot"/> of its root, so that
/// whatever names a claim finds the partition that owns it without a look-up.
/// </summary>
[JsonConverter(typeof(ClaimIdJsonConverter))]
public readonly record struct ClaimId(Guid Value)
{
    /// <summary>The slot that the id carries.</summary>
    public Slot Slot
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return new Slot(((bytes[6] & 0x0F) << 8) | bytes[7]);
        }
    }

    /// <summary>
    /// Makes an id for a claim on a root of <paramref name="slot"/> that is granted at <paramref name="at"/>.
    /// </summary>
    public static ClaimId Create(DateTimeOffset at, Slot slot)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)(0x70 | (slot.Value >> 8));
        bytes[7] = (byte)slot.Value;
        return new ClaimId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads the hyphenated form. Any UUID is an id, if perhaps one that names nothing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ClaimId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new ClaimId(value);
        return parsed;
    }

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");

    private sealed class ClaimIdJsonConverter : JsonConverter<ClaimId>
    {
        public override ClaimId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, ClaimId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
