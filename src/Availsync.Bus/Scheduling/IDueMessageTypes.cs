namespace Availsync.Bus.Scheduling;

/// <summary>The closed list of messages that a scheduler carries.</summary>
public interface IDueMessageTypes
{
    /// <summary>Carries messages of this type. Rows name it by its full name.</summary>
    IDueMessageTypes Carry<TMessage>()
        where TMessage : class;
}
