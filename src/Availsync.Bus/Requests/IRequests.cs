namespace Availsync.Bus.Requests;

/// <summary>Asks other services.</summary>
public interface IRequests
{
    /// <summary>Sends a request to a queue and waits for its answer.</summary>
    /// <param name="queue">The responder's queue. Asking never declares it.</param>
    /// <param name="request">The request.</param>
    /// <param name="timeout">
    /// How long to wait, an unreachable broker included; <see cref="BusOptions.RequestTimeoutSeconds"/> where null.
    /// The message itself is dropped by the broker when the time is over.
    /// </param>
    /// <param name="cancellationToken">Gives up early.</param>
    /// <exception cref="NoAnswerException">No answer came in time, or the responder failed.</exception>
    Task<TReply> AskAsync<TRequest, TReply>(
        string queue, TRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where TRequest : class
        where TReply : class;
}
