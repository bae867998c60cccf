namespace Availsync.Arbiter.Deciding;

/// <summary>
/// Times are kept as they are sent, in whole milliseconds, so that what was answered is what is stored.
/// </summary>
internal static class Milliseconds
{
    public static DateTimeOffset WholeMilliseconds(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
