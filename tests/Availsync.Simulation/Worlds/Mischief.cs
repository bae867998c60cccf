namespace Availsync.Simulation.Worlds;

/// <summary>How often, in a thousand times, something goes wrong. At the end of a run all is well again.</summary>
internal sealed class Mischief
{
    public int CommandGathers { get; init; } = 400;

    public int MessageDropped { get; init; } = 30;

    public int MessageDoubled { get; init; } = 60;

    public int MessageLate { get; init; } = 150;

    /// <summary>Of the messages that are due at a time.</summary>
    public int TimedMessageDropped { get; init; } = 250;

    /// <summary>Leases whose timed messages are all lost, however often they are sent.</summary>
    public int LeaseForgotten { get; init; } = 150;

    public int EventsRedelivered { get; init; } = 100;

    public int StoreAway { get; init; } = 8;

    public int WriteFailed { get; init; } = 8;

    public int CommitFailedBefore { get; init; } = 8;

    public int CommitFailedAfter { get; init; } = 8;

    public int CrashBeforeCommit { get; init; } = 2;

    public int CrashAfterCommit { get; init; } = 2;

    public int PublishFailedBefore { get; init; } = 30;

    public int PublishFailedAfter { get; init; } = 30;

    public static Mischief None { get; } = new()
    {
        CommandGathers = 0,
        MessageDropped = 0,
        MessageDoubled = 0,
        MessageLate = 0,
        TimedMessageDropped = 0,
        LeaseForgotten = 0,
        EventsRedelivered = 0,
        StoreAway = 0,
        WriteFailed = 0,
        CommitFailedBefore = 0,
        CommitFailedAfter = 0,
        CrashBeforeCommit = 0,
        CrashAfterCommit = 0,
        PublishFailedBefore = 0,
        PublishFailedAfter = 0,
    };
}

/// <summary>The world has made this fail; whatever else is thrown is a mistake of the product.</summary>
internal sealed class MischiefException(string what) : IOException(what)
{
    /// <summary>Whether the world is behind an exception.</summary>
    public static bool IsBehind(Exception? exception) =>
        exception is not null && (exception is MischiefException || IsBehind(exception.InnerException));
}
