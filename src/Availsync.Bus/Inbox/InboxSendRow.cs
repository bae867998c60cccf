namespace Availsync.Bus.Inbox;

/// <summary>A message that a consumer sends, written with what the consumer wrote.</summary>
internal sealed class InboxSendRow
{
    public long Sequence { get; init; }

    /// <summary>The message whose consumer sends it.</summary>
    public required Guid InboxMessageId { get; init; }

    public required Guid InboxConsumerId { get; init; }

    public required Guid MessageId { get; init; }

    public Guid? RequestId { get; init; }

    public Guid? CorrelationId { get; init; }

    public Guid? ConversationId { get; init; }

    public Guid? InitiatorId { get; init; }

    public string? SourceAddress { get; init; }

    public string? DestinationAddress { get; init; }

    public string? ResponseAddress { get; init; }

    public string? FaultAddress { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required string ContentType { get; init; }

    public required string MessageType { get; init; }

    public required string Body { get; init; }

    public string? Headers { get; init; }

    public string? Properties { get; init; }
}
