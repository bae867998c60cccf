using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// A number that grows with every claim granted on one root, across restarts and fail-overs, so that a downstream
/// system can refuse a holder whose lease has passed on (Kleppmann, "How to do distributed locking").
/// </summary>
/// <param name="Value">1 or more for a granted claim; 0 before the first.</param>
[JsonConverter(typeof(FencingTokenJsonConverter))]
public readonly record struct FencingToken(long Value) : IComparable<FencingToken>
{
    /// <summary>The token of the next grant.</summary>
    public FencingToken Next() => new(checked(Value + 1));

    /// <inheritdoc />
    public int CompareTo(FencingToken other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left token was granted before the right one.</summary>
    public static bool operator <(FencingToken left, FencingToken right) => left.Value < right.Value;

    /// <summary>Whether the left token was granted after the right one.</summary>
    public static bool operator >(FencingToken left, FencingToken right) => left.Value > right.Value;

    /// <summary>Whether the left token was granted before the right one or is the same.</summary>
    public static bool operator <=(FencingToken left, FencingToken right) => left.Value <= right.Value;

    /// <summary>Whether the left token was granted after the right one or is the same.</summary>
    public static bool operator >=(FencingToken left, FencingToken right) => left.Value >= right.Value;

    private sealed class FencingTokenJsonConverter : JsonConverter<FencingToken>
    {
        public override FencingToken Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, FencingToken value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
