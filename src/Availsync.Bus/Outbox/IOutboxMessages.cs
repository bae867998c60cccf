namespace Availsync.Bus.Outbox;

/// <summary>The closed list of messages that an outbox carries.</summary>
public interface IOutboxMessages
{
    /// <summary>
    /// Carries messages of this type. Rows name it by its full name, so a type that is renamed is a breaking change
    /// for rows that wait.
    /// </summary>
    IOutboxMessages Carry<TMessage>()
        where TMessage : class;
}
