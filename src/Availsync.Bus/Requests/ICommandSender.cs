namespace Availsync.Bus.Requests;

/// <summary>Sends messages to a responder's queue without waiting for an answer.</summary>
public interface ICommandSender
{
    /// <summary>
    /// Sends a transient message: it may be lost with the broker or its consumer, and lives no longer than a request
    /// waits for its answer, so the sender repeats it until it sees the effect.
    /// </summary>
    /// <exception cref="NoAnswerException">The broker could not be reached in time.</exception>
    Task SendAsync<TMessage>(string queue, TMessage message, CancellationToken cancellationToken = default)
        where TMessage : class;
}
