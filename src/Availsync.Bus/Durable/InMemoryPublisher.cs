namespace Availsync.Bus.Durable;

/// <summary>
/// Hands a message to its handlers itself. A queue in memory would die with the process, and the publisher, told that
/// the message is safe, would have deleted its own record of it.
/// </summary>
internal sealed class InMemoryPublisher(BusParts parts, IServiceProvider services) : IDurablePublisher
{
    public Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        var handlers = parts.Handlers.Where(part => part.MessageType == typeof(TMessage))
            .Select(part => HandleAsync(part, message, cancellationToken));
        var broadcasts = parts.Broadcasts.Where(part => part.MessageType == typeof(TMessage))
            .Select(part => part.HandleAsync(message, services, cancellationToken));
        return Task.WhenAll(handlers.Concat(broadcasts));
    }

    private async Task HandleAsync(HandlerPart part, object message, CancellationToken cancellationToken)
    {
        using var scope = part.Mark(message, services);
        await part.HandleAsync(message, services, cancellationToken);
    }
}
