namespace Availsync.Bus.Inbox;

/// <summary>How far a consumer has come with a message.</summary>
internal sealed class InboxRow
{
    public required Guid MessageId { get; init; }

    public required Guid ConsumerId { get; init; }

    public int ReceiveCount { get; set; }

    /// <summary>When what the consumer wrote was committed, with the messages that it sends; null before.</summary>
    public DateTimeOffset? Consumed { get; set; }

    /// <summary>When all of those had been sent; null before.</summary>
    public DateTimeOffset? Delivered { get; set; }

    /// <summary>The last one that has been sent.</summary>
    public long? LastSequence { get; set; }
}
