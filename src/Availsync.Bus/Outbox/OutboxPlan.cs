using System.Text.Json;
using Availsync.Bus.Durable;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Outbox;

/// <summary>What one context's outbox carries, and who is woken when something has been put in.</summary>
internal abstract class OutboxPlan(Type contextType, TimeProvider time) : IOutboxMessages
{
    private readonly Dictionary<string, Func<OutboxRow, IDurablePublisher, CancellationToken, Task>> _publish = [];

    public Type ContextType { get; } = contextType;

    public WakeUp Delivery { get; } = new(time);

    public IOutboxMessages Carry<TMessage>()
        where TMessage : class
    {
        _publish[NameOf(typeof(TMessage))] = (row, publisher, token) =>
            publisher.PublishAsync(JsonSerializer.Deserialize<TMessage>(row.Body)!, token);
        return this;
    }

    public OutboxRow RowFor<TMessage>(TMessage message)
    {
        var name = NameOf(typeof(TMessage));
        if (!_publish.ContainsKey(name))
            throw new InvalidOperationException($"The outbox of {ContextType.Name} does not carry {name}.");
        return new OutboxRow
        {
            MessageType = name,
            Body = JsonSerializer.Serialize(message),
            EnqueuedAt = time.GetUtcNow(),
        };
    }

    public Task PublishAsync(OutboxRow row, IDurablePublisher publisher, CancellationToken cancellationToken) =>
        _publish.TryGetValue(row.MessageType, out var publish)
            ? publish(row, publisher, cancellationToken)
            : throw new InvalidOperationException(
                $"The outbox of {ContextType.Name} holds a {row.MessageType}, which this version does not know.");

    private static string NameOf(Type type) => type.FullName!;
}

/// <summary>The plan of one context, to be asked for by its type.</summary>
internal sealed class OutboxPlan<TContext>(TimeProvider time) : OutboxPlan(typeof(TContext), time);

/// <summary>The outboxes of this process.</summary>
internal sealed class OutboxPlans(IEnumerable<OutboxPlan> plans)
{
    public OutboxPlan Of(DbContext context) =>
        plans.SingleOrDefault(plan => plan.ContextType.IsInstanceOfType(context))
        ?? throw new InvalidOperationException($"{context.GetType().Name} has no outbox: call AddOutbox.");
}
