namespace Availsync.Bus.Durable;

/// <summary>Handles durable messages of one type.</summary>
public interface IMessageHandler<in TMessage>
    where TMessage : class
{
    /// <summary>
    /// Handles one message. It may come twice, so the effect must be the same as once; throwing has it repeated.
    /// </summary>
    Task HandleAsync(TMessage message, CancellationToken cancellationToken);

    /// <summary>The ids of the calls that a message tells of: what is logged while it is handled has them.</summary>
    static virtual IEnumerable<string?> RequestsOf(TMessage message) => [];
}
