using MassTransit;
using MassTransit.Context;
using MassTransit.Metadata;
using MassTransit.Middleware;
using MassTransit.Serialization;

namespace Availsync.Bus.Inbox;

/// <summary>A row as MassTransit's own delivery wants to see it.</summary>
internal sealed class StoredSend(InboxSendRow row, IObjectDeserializer serializer) : OutboxMessageContext
{
    private static readonly Dictionary<string, object> None = [];

    public long SequenceNumber => row.Sequence;

    public Guid MessageId => row.MessageId;

    Guid? MessageContext.MessageId => row.MessageId;

    public Guid? RequestId => row.RequestId;

    public Guid? CorrelationId => row.CorrelationId;

    public Guid? ConversationId => row.ConversationId;

    public Guid? InitiatorId => row.InitiatorId;

    public DateTime? ExpirationTime => row.ExpiresAt?.UtcDateTime;

    public Uri? SourceAddress => Address(row.SourceAddress);

    public Uri? DestinationAddress => Address(row.DestinationAddress);

    public Uri? ResponseAddress => Address(row.ResponseAddress);

    public Uri? FaultAddress => Address(row.FaultAddress);

    public DateTime? SentTime => row.SentAt.UtcDateTime;

    public Headers Headers { get; } =
        new DictionarySendHeaders(serializer.DeserializeDictionary<object?>(row.Headers) ?? []);

    public HostInfo Host => HostMetadataCache.Host;

    public string ContentType => row.ContentType;

    public string MessageType => row.MessageType;

    public string Body => row.Body;

    public IReadOnlyDictionary<string, object> Properties { get; } =
        serializer.DeserializeDictionary<object>(row.Properties) ?? None;

    public static InboxSendRow RowOf<T>(SendContext<T> sending, IObjectDeserializer serializer, InboxRow cause)
        where T : class
    {
        var sentAt = new DateTimeOffset((sending.SentTime ?? NewId.Next().Timestamp).ToUniversalTime(), TimeSpan.Zero);
        return new InboxSendRow
        {
            InboxMessageId = cause.MessageId,
            InboxConsumerId = cause.ConsumerId,
            MessageId = sending.MessageId ?? throw new MessageException(typeof(T), "A message to be kept needs an id"),
            RequestId = sending.RequestId,
            CorrelationId = sending.CorrelationId,
            ConversationId = sending.ConversationId,
            InitiatorId = sending.InitiatorId,
            SourceAddress = sending.SourceAddress?.ToString(),
            DestinationAddress = sending.DestinationAddress?.ToString(),
            ResponseAddress = sending.ResponseAddress?.ToString(),
            FaultAddress = sending.FaultAddress?.ToString(),
            SentAt = sentAt,
            ExpiresAt = sentAt + sending.TimeToLive,
            ContentType = (sending.ContentType ?? sending.Serialization.DefaultContentType).ToString(),
            MessageType = string.Join(';', sending.SupportedMessageTypes),
            Body = sending.Serializer.GetMessageBody(sending).GetString(),
            Headers = serializer.SerializeDictionary(sending.Headers.GetAll()),
            Properties = PropertiesOf(sending, serializer),
        };
    }

    private static string? PropertiesOf<T>(SendContext<T> sending, IObjectDeserializer serializer)
        where T : class
    {
        if (sending is not TransportSendContext<T> transport)
            return null;
        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        transport.WritePropertiesTo(properties);

        // A delay would have RabbitMQ asked for an exchange of a plugin; what is to be late is scheduled.
        properties.Remove("Delay");
        return properties.Count == 0 ? null : serializer.SerializeDictionary(properties);
    }

    private static Uri? Address(string? address) => address is null ? null : new Uri(address);
}
