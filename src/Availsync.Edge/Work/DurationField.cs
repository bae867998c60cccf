using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>A duration in a body: <c>duration_minutes</c> or <c>duration_seconds</c>, not both.</summary>
internal static class DurationField
{
    private const string Minutes = "duration_minutes";
    private const string Seconds = "duration_seconds";

    /// <param name="required">Where not, a body that names none asks for the default.</param>
    public static LeaseDuration Read(Fields fields, bool required)
    {
        if (fields.Has(Minutes) && fields.Has(Seconds))
            fields.Wrong(Seconds, $"Cannot be sent together with {Minutes}.");
        else if (required && !fields.Has(Minutes) && !fields.Has(Seconds))
            fields.Wrong(Minutes, $"Is required, or {Seconds}.");

        var minutes = fields.Whole(Minutes, 1, LeaseDuration.MinutesMax);
        var seconds = fields.Whole(Seconds, LeaseDuration.SecondsMin, LeaseDuration.SecondsMax);
        if (minutes is { } m && LeaseDuration.TryFromMinutes(m, out var duration)) return duration;
        return seconds is { } s && LeaseDuration.TryFromSeconds(s, out duration) ? duration : LeaseDuration.Default;
    }
}
