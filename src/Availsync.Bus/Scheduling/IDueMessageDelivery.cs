using Availsync.Bus.Sagas;
using MassTransit;

namespace Availsync.Bus.Scheduling;

/// <summary>
/// Takes messages that are due on their way, inside the transaction that deletes their rows: what throws has them
/// dispatched again. Resolved from the scope of that transaction.
/// </summary>
public interface IDueMessageDelivery
{
    /// <summary>Delivers messages in the order in which they were due.</summary>
    Task DeliverAsync(IReadOnlyList<DueDelivery> messages, SagaUnitOfWork unit, CancellationToken cancellationToken);
}

/// <summary>A message that is due.</summary>
public sealed class DueDelivery
{
    internal DueDelivery(DueMessage row, object message) => (Row, Message) = (row, message);

    /// <summary>The message.</summary>
    public object Message { get; }

    internal DueMessage Row { get; }

    /// <summary>
    /// Puts back what the sender had set, and the timer's token, by which a state machine tells a timer that it has
    /// replaced since.
    /// </summary>
    public void Restore(SendContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.MessageId = Row.Token;
        context.ScheduledMessageId = Row.Token;
        context.CorrelationId = Row.CorrelationId ?? context.CorrelationId;
        context.ConversationId = Row.ConversationId ?? context.ConversationId;
        context.InitiatorId = Row.InitiatorId;
        context.RequestId = Row.RequestId;
        context.ResponseAddress = Row.ResponseAddress is { } address ? new Uri(address) : null;
        foreach (var (key, value) in Row.ReadHeaders())
            context.Headers.Set(key, value);
        context.Headers.Set(MessageHeaders.SchedulingTokenId, Row.Token.ToString("D"));
    }
}
