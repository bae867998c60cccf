namespace Availsync.Bus;

/// <summary>Tells whether messages get through the broker and back to this process.</summary>
public interface IBrokerProbe
{
    /// <summary>
    /// Sends a message to this process and waits for it. A connection that looks open says less: what a cut network has
    /// swallowed is found out by the heartbeat of the connection only much later.
    /// </summary>
    /// <returns>Whether it came within the time.</returns>
    Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken = default);
}
