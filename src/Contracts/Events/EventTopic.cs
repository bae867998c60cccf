namespace Availsync.Contracts;

/// <summary>Where those outside hear of what has happened: claims and holds of all workspaces, event by event.</summary>
public static class EventTopic
{
    /// <summary>The topic exchange on the broker; its routing keys are the types of events.</summary>
    public const string Exchange = "availsync.events";
}
