namespace Availsync.Bus.Outside;

/// <summary>
/// A message that somebody outside has put into a queue of ours. Nothing in it is believed, least of all an address.
/// </summary>
/// <param name="Body">The bytes as they came.</param>
public sealed record OutsideMessage(ReadOnlyMemory<byte> Body)
{
    /// <summary>The property <c>content_type</c>; null where it was not sent.</summary>
    public string? ContentType { get; init; }

    /// <summary>The property <c>content_encoding</c>; null where it was not sent.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Where the sender would like the reply; null where it wants none.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>What the sender would like to have echoed; null where it was not sent.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The sender's own id of the message; null where it was not sent.</summary>
    public string? MessageId { get; init; }

    /// <summary>Those headers that are texts, by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
