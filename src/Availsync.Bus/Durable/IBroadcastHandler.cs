namespace Availsync.Bus.Durable;

/// <summary>Handles messages that every instance gets.</summary>
public interface IBroadcastHandler<in TMessage>
    where TMessage : class
{
    /// <summary>Handles one message. It may come twice.</summary>
    Task HandleAsync(TMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// The connection is there, for the first time or again. Messages may have been missed before, so whatever is held
    /// on their word is to be dropped.
    /// </summary>
    void ConnectionRestored();
}
