using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Edge.Answers;

/// <summary>Writes a string that holds JSON as the JSON that it is. It was parsed when it came in.</summary>
internal sealed class JsonText : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
