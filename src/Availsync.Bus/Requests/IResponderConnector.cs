namespace Availsync.Bus.Requests;

/// <summary>
/// Connects responders while the service runs, for queues that come and go with what an instance owns.
/// </summary>
public interface IResponderConnector
{
    /// <summary>Begins to answer the requests of a queue, and returns when its consumer is in place.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="respond">
    /// Answers a request. Its token is cancelled when the endpoint is torn down without waiting for it.
    /// </param>
    /// <param name="priority">
    /// Of several instances that answer one queue the broker prefers the one with the highest, so a successor with a
    /// higher one is not robbed of messages by a predecessor who has not noticed yet that it is one.
    /// </param>
    /// <param name="cancellationToken">Gives up connecting, as while the broker is away.</param>
    /// <returns>
    /// Disposing it stops taking messages, waits for those in work, and leaves the queue to the next owner.
    /// </returns>
    Task<IAsyncDisposable> ConnectAsync<TRequest, TReply>(
        string queue, Func<TRequest, CancellationToken, Task<TReply>> respond, int priority = 0,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TReply : class;
}
