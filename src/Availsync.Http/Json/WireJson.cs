using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Availsync.Http;

/// <summary>JSON as the contract has it: snake_case, nulls sent, times in UTC with milliseconds.</summary>
public static class WireJson
{
    /// <summary>The media type of every answer.</summary>
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>The options for whatever goes out.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>An answer of <paramref name="status"/> with <paramref name="body"/> in the contract's form.</summary>
    public static IResult Answer<T>(T body, int status = StatusCodes.Status200OK) =>
        Results.Json(body, Options, ContentType, status);

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DictionaryKeyPolicy = null,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new Rfc3339Converter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Rfc3339.TryParse(reader.GetString(), out var time)
                ? time
                : throw new JsonException("Not an RFC 3339 time.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Rfc3339.Format(value));
    }
}
