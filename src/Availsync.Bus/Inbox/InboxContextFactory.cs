using Availsync.Bus.Sagas;
using Availsync.Storage;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Inbox;

/// <summary>
/// Takes a message to its end in rounds, each a transaction on its locked inbox row: consume, with everything sent
/// written down; send; done. A crash between two rounds is repaired by the broker's redelivery of the same message,
/// which goes on where the row says; a message that comes twice finds the row and does nothing.
/// </summary>
internal sealed class InboxContextFactory<TContext>(
    SagaUnitOfWork<TContext> unit, IServiceProvider services, TimeProvider time) : IOutboxContextFactory<TContext>
    where TContext : StoreContext
{
    public async Task Send<T>(
        ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var messageId = context.GetOriginalMessageId()
            ?? throw new MessageException(typeof(T), "A message without an id cannot be told from its repeats");
        while (await RoundAsync(messageId, context, options, next))
        {
            // Until the row says that all is done.
        }
    }

    public void Probe(ProbeContext context) =>
        context.CreateFilterScope("outboxContextFactory").Add("provider", typeof(TContext).Name);

    private async Task<bool> RoundAsync<T>(
        Guid messageId, ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        await using var work = await unit.BeginAsync(context.CancellationToken);
        var inbox = await LockAsync(messageId, options.ConsumerId, context.CancellationToken);
        inbox.ReceiveCount++;
        var round = new InboxConsumeContext<T>(context, options, services, unit, inbox, time);
        await next.Send(round);
        await work.CommitAsync(context.CancellationToken);
        return round.ContinueProcessing;
    }

    /// <summary>
    /// Inserting first and reading then is one round trip more than the other way round, and one commit less: whoever
    /// is second waits here for the first one's end.
    /// </summary>
    private async Task<InboxRow> LockAsync(Guid messageId, Guid consumerId, CancellationToken cancellationToken)
    {
        var database = unit.Context.Database;
        var table = unit.Context.TableOf<InboxRow>();
        var insert = $"INSERT INTO {table} (message_id, consumer_id, receive_count)"
            + " VALUES ({0}, {1}, 0) ON CONFLICT DO NOTHING";
        await database.ExecuteSqlRawAsync(insert, [messageId, consumerId], cancellationToken);
        var rows = unit.Context.Set<InboxRow>();
        if (database.IsSqlite())
        {
            return await rows.AsTracking().SingleAsync(
                row => row.MessageId == messageId && row.ConsumerId == consumerId, cancellationToken);
        }

        var select = $"SELECT * FROM {table} WHERE message_id = {{0}} AND consumer_id = {{1}} FOR UPDATE";
        return (await rows.FromSqlRaw(select, messageId, consumerId).AsTracking().ToListAsync(cancellationToken))
            .Single();
    }
}
