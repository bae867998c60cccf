using Availsync.Bus.Sagas;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Inbox;

/// <summary>
/// One round of a message: consuming it, sending what its consumer sends, or finding that all is done.
/// </summary>
internal sealed class InboxConsumeContext<TMessage>(
    ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider services,
    SagaUnitOfWork unit, InboxRow inbox, TimeProvider time)
    : OutboxConsumeContextProxy<TMessage>(context, options, services)
    where TMessage : class
{
    public override Guid? MessageId => inbox.MessageId;

    public override bool ContinueProcessing { get; set; } = true;

    public override bool IsMessageConsumed => inbox.Consumed is not null;

    public override bool IsOutboxDelivered => inbox.Delivered is not null;

    public override int ReceiveCount => inbox.ReceiveCount;

    public override long? LastSequenceNumber => inbox.LastSequence;

    public override Task SetConsumed()
    {
        inbox.Consumed = time.GetUtcNow();
        return unit.FlushAsync(CancellationToken);
    }

    public override Task SetDelivered()
    {
        inbox.Delivered = time.GetUtcNow();
        return unit.FlushAsync(CancellationToken);
    }

    public override async Task<List<OutboxMessageContext>> LoadOutboxMessages()
    {
        var last = inbox.LastSequence ?? 0;
        var rows = await Sends.Where(row => row.Sequence > last)
            .OrderBy(row => row.Sequence).Take(Options.MessageDeliveryLimit + 1)
            .AsNoTracking().ToListAsync(CancellationToken);
        return [.. rows.Select(row => new StoredSend(row, SerializerContext))];
    }

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message)
    {
        inbox.LastSequence = message.SequenceNumber;
        return Task.CompletedTask;
    }

    public override Task RemoveOutboxMessages() => Sends.ExecuteDeleteAsync(CancellationToken);

    public override Task AddSend<T>(SendContext<T> context)
    {
        var row = StoredSend.RowOf(context, SerializerContext, inbox);
        lock (unit)
            unit.Context.Add(row);
        return Task.CompletedTask;
    }

    private IQueryable<InboxSendRow> Sends => unit.Context.Set<InboxSendRow>()
        .Where(row => row.InboxMessageId == inbox.MessageId && row.InboxConsumerId == inbox.ConsumerId);
}
