namespace Availsync.Bus.Outbox;

/// <summary>A message that is to be published, written together with what it tells of.</summary>
internal sealed class OutboxRow
{
    /// <summary>The order of delivery.</summary>
    public long Sequence { get; init; }

    public required string MessageType { get; init; }

    /// <summary>The message as JSON.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }
}
