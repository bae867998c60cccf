using System.Text.Json;

namespace Availsync.Bus.Scheduling;

/// <summary>A message that is to be sent at a time.</summary>
internal sealed class DueMessage
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Names the timer: it can be cancelled by it, and the message that comes of it carries it.</summary>
    public required Guid Token { get; init; }

    public required DateTimeOffset Due { get; set; }

    public required string Destination { get; init; }

    public required string MessageType { get; init; }

    /// <summary>The message as JSON.</summary>
    public required string Body { get; init; }

    public Guid? CorrelationId { get; init; }

    public Guid? ConversationId { get; init; }

    public Guid? InitiatorId { get; init; }

    public string? ResponseAddress { get; init; }

    public Guid? RequestId { get; init; }

    /// <summary>Headers that the sender has set, as JSON; null where there are none.</summary>
    public string? Headers { get; init; }

    public IReadOnlyDictionary<string, string> ReadHeaders() =>
        Headers is null ? None : JsonSerializer.Deserialize<Dictionary<string, string>>(Headers)!;
}
