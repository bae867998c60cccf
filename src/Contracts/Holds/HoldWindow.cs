using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// A stretch of time, in whole milliseconds of UTC: it begins with <see cref="StartsAt"/> and ends before
/// <see cref="EndsAt"/>, so that windows that touch do not overlap. Never empty, at most 31 days long.
/// </summary>
public sealed record HoldWindow
{
    /// <summary>The longest window.</summary>
    public static readonly TimeSpan LengthMax = TimeSpan.FromDays(31);

    [JsonConstructor]
    private HoldWindow(DateTimeOffset startsAt, DateTimeOffset endsAt) => (StartsAt, EndsAt) = (startsAt, endsAt);

    /// <summary>The first moment of the window.</summary>
    public DateTimeOffset StartsAt { get; }

    /// <summary>The first moment after it.</summary>
    public DateTimeOffset EndsAt { get; }

    /// <summary>How long it lasts.</summary>
    [JsonIgnore]
    public TimeSpan Length => EndsAt - StartsAt;

    /// <summary>
    /// Makes a window; what is finer than a millisecond is cut off. Where it is refused, a sentence says why.
    /// </summary>
    public static bool TryCreate(
        DateTimeOffset startsAt,
        DateTimeOffset endsAt,
        [NotNullWhen(true)] out HoldWindow? window,
        [NotNullWhen(false)] out string? error)
    {
        var (start, end) = (WholeMilliseconds(startsAt), WholeMilliseconds(endsAt));
        error = end <= start ? "Must be after starts_at."
            : end - start > LengthMax ? $"Must be at most {LengthMax.Days} days after starts_at."
            : null;
        window = error is null ? new HoldWindow(start, end) : null;
        return window is not null;
    }

    /// <summary>Whether the two have a moment in common.</summary>
    public bool Overlaps(HoldWindow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return StartsAt < other.EndsAt && other.StartsAt < EndsAt;
    }

    /// <summary>A window of the same length that begins at <paramref name="startsAt"/>.</summary>
    public HoldWindow MovedTo(DateTimeOffset startsAt) => new(startsAt, startsAt + Length);

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
