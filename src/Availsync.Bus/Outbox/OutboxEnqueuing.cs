using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Availsync.Bus.Outbox;

/// <summary>Puts messages into an outbox.</summary>
public static class OutboxEnqueuing
{
    /// <summary>
    /// Has a message published if, and only if, the open transaction commits: at least once, in the order of enqueuing.
    /// It is written by the next <c>SaveChanges</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// No transaction was begun with <c>BeginWriteAsync</c>, or the outbox does not carry such messages.
    /// </exception>
    public static void Enqueue<TMessage>(this DbContext context, TMessage message)
        where TMessage : class
    {
        ArgumentNullException.ThrowIfNull(context);
        var transaction = context.CurrentWrite()
            ?? throw new InvalidOperationException("A message is enqueued inside BeginWriteAsync.");
        var plan = context.GetService<OutboxPlans>().Of(context);
        context.Add(plan.RowFor(message));
        transaction.OnCommitted(plan.Delivery.Ring);
    }
}
