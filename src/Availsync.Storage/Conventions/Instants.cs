using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Availsync.Storage.Conventions;

/// <summary>
/// SQLite has no type for time, and its text form does not sort across offsets. Microseconds since 1970 are what
/// PostgreSQL keeps too, so that a time read back is the same on both engines.
/// </summary>
internal sealed class InstantAsMicroseconds() : ValueConverter<DateTimeOffset, long>(
    instant => (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond,
    microseconds => new DateTimeOffset(
        DateTimeOffset.UnixEpoch.UtcTicks + microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));

/// <summary>A timestamptz is an instant: Npgsql refuses any other offset than UTC, so it is taken off here.</summary>
internal sealed class InstantAsUtc() : ValueConverter<DateTimeOffset, DateTimeOffset>(
    instant => instant.ToUniversalTime(),
    instant => instant);
