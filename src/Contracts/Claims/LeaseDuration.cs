using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>How long a lease is asked for: whole seconds, 5 to 86 400 (24 hours).</summary>
[JsonConverter(typeof(LeaseDurationJsonConverter))]
public readonly record struct LeaseDuration
{
    /// <summary>The shortest lease, in seconds.</summary>
    public const int SecondsMin = 5;

    /// <summary>The longest lease, in seconds, and the longest time between a claim's start and its expiry.</summary>
    public const int SecondsMax = 86_400;

    /// <summary>The longest lease in minutes, 24 hours.</summary>
    public const int MinutesMax = SecondsMax / 60;

    private LeaseDuration(int seconds) => Seconds = seconds;

    /// <summary>45 minutes, for a start that names none.</summary>
    public static LeaseDuration Default { get; } = new(45 * 60);

    /// <summary>The length in seconds.</summary>
    public int Seconds { get; }

    /// <summary>The length as a time span.</summary>
    public TimeSpan Span => TimeSpan.FromSeconds(Seconds);

    /// <summary>A duration of whole seconds, 5 to 86 400.</summary>
    public static bool TryFromSeconds(long seconds, out LeaseDuration duration)
    {
        var valid = seconds is >= SecondsMin and <= SecondsMax;
        duration = valid ? new LeaseDuration((int)seconds) : Default;
        return valid;
    }

    /// <summary>A duration of whole minutes, 1 to 1440.</summary>
    public static bool TryFromMinutes(long minutes, out LeaseDuration duration)
    {
        var valid = minutes is >= 1 and <= MinutesMax;
        duration = valid ? new LeaseDuration((int)minutes * 60) : Default;
        return valid;
    }

    private sealed class LeaseDurationJsonConverter : JsonConverter<LeaseDuration>
    {
        public override LeaseDuration Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryFromSeconds(reader.GetInt32(), out var duration)
                ? duration
                : throw new JsonException("A lease lasts 5 to 86400 seconds.");

        public override void Write(Utf8JsonWriter writer, LeaseDuration value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Seconds);
    }
}
