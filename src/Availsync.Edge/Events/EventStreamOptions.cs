namespace Availsync.Edge;

/// <summary>How streams of events behave: the section <c>Events</c>.</summary>
public sealed class EventStreamOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Events";

    /// <summary>After so many seconds of silence a comment says that the stream is alive; 1 to 300.</summary>
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>How many streams one edge serves at a time; 1 to 100 000.</summary>
    public int StreamsMax { get; set; } = 2000;

    /// <summary>How many of them may be of one workspace; 1 to 100 000.</summary>
    public int StreamsPerWorkspaceMax { get; set; } = 100;

    /// <summary>Within how many seconds a reader takes what is sent before it is cut off; 1 to 300.</summary>
    public int WriteWithinSeconds { get; set; } = 10;

    /// <summary>How often the edge asks for new events in case it was not told of them, in seconds; 1 to 60.</summary>
    public int PollSeconds { get; set; } = 5;

    internal TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatSeconds);

    internal TimeSpan WriteWithin => TimeSpan.FromSeconds(WriteWithinSeconds);

    internal TimeSpan Poll => TimeSpan.FromSeconds(PollSeconds);
}
