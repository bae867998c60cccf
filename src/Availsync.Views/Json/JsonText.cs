using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Views;

/// <summary>Writes a string that holds JSON as the JSON that it is. It was parsed when it came in.</summary>
public sealed class JsonText : JsonConverter<string>
{
    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
