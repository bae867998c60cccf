namespace Availsync.Bus.Durable;

/// <summary>Handles durable messages of one type.</summary>
public interface IMessageHandler<in TMessage>
    where TMessage : class
{
    /// <summary>
    /// Handles one message. It may come twice, so the effect must be the same as once; throwing has it repeated.
    /// </summary>
    Task HandleAsync(TMessage message, CancellationToken cancellationToken);
}
