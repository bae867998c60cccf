namespace Availsync.Bus.Durable;

/// <summary>
/// Publishes plain messages to those who listen on the broker from outside, each to whoever has asked for its key.
/// </summary>
public interface ITopicPublisher
{
    /// <summary>
    /// Sends the messages in their order and returns when the broker has all of them: at least once. It throws
    /// otherwise, and the caller repeats all of it later. A message that nobody has asked for is gone. In memory nobody
    /// listens from outside, and <paramref name="messages"/> is not even looked at.
    /// </summary>
    /// <param name="exchange">One that is a part of this service, see <see cref="IBusParts.Topic"/>.</param>
    /// <param name="messages">What is to be sent; may be gone through more than once.</param>
    Task PublishAsync(
        string exchange, IEnumerable<TopicMessage> messages, CancellationToken cancellationToken = default);
}

/// <summary>A message to a topic.</summary>
/// <param name="Type">What kind of message it is, and the key that listeners ask for.</param>
/// <param name="Id">The same each time it is sent.</param>
/// <param name="Body">UTF-8 JSON.</param>
/// <param name="Headers">What can be read without opening the body: texts and whole numbers; null is left out.</param>
public sealed record TopicMessage(
    string Type,
    Guid Id,
    DateTimeOffset At,
    ReadOnlyMemory<byte> Body,
    IReadOnlyDictionary<string, object?> Headers);
