using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>The value of an <c>Idempotency-Key</c> header: 1 to 255 visible ASCII characters.</summary>
[JsonConverter(typeof(IdempotencyKeyJsonConverter))]
public sealed record IdempotencyKey
{
    /// <summary>The longest key.</summary>
    public const int LengthMax = 255;

    private IdempotencyKey(string value) => Value = value;

    /// <summary>The key as it came.</summary>
    public string Value { get; }

    /// <summary>Reads a header's value.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IdempotencyKey? key)
    {
        var valid = text is { Length: >= 1 and <= LengthMax } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
        key = valid ? new IdempotencyKey(text!) : null;
        return valid;
    }

    private sealed class IdempotencyKeyJsonConverter : JsonConverter<IdempotencyKey>
    {
        public override IdempotencyKey Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var key) ? key : throw new JsonException("Not an idempotency key.");

        public override void Write(Utf8JsonWriter writer, IdempotencyKey value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}

/// <summary>What makes two requests the same one, and tells a repeat from a reused key.</summary>
/// <param name="OrgId">The workspace.</param>
/// <param name="PrincipalId">The agent, or the person where it came with a session.</param>
/// <param name="Route">Method and path, <c>POST /v1/work/run/start</c>.</param>
/// <param name="Key">The client's key.</param>
/// <param name="BodyHash">SHA-256 of the body as it came, in hexadecimal.</param>
public sealed record IdempotencyStamp(Guid OrgId, Guid PrincipalId, string Route, IdempotencyKey Key, string BodyHash);
