namespace Availsync.Bus.Durable;

/// <summary>Publishes messages that must not be lost.</summary>
public interface IDurablePublisher
{
    /// <summary>
    /// Returns when the message is safe: confirmed by the broker, or in memory handled by every handler. It throws
    /// otherwise, and the caller, who keeps the message in a table, repeats it later: at least once.
    /// </summary>
    Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken = default)
        where TMessage : class;
}
