namespace Availsync.Bus.Requests;

/// <summary>Looks after queues of requests that nobody serves any more, past the bus.</summary>
public interface IRequestQueues
{
    /// <summary>Those of the queues that exist and are not empty. None is made by asking.</summary>
    Task<IReadOnlyList<string>> WaitingAsync(
        IEnumerable<string> queues, CancellationToken cancellationToken = default);

    /// <summary>Deletes those of the queues that exist, with what is in front of them.</summary>
    Task DeleteAsync(IEnumerable<string> queues, CancellationToken cancellationToken = default);
}
