using System.Text.Json;
using Availsync.Bus.Sagas;
using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace Availsync.Bus.Scheduling;

/// <summary>
/// Sets and cancels timers as rows of a unit of work: they commit with what they belong to, or not at all.
/// </summary>
internal sealed class DueMessages(SagaUnitOfWork unit, ConsumeContext? cause) : IScheduleMessageProvider
{
    /// <remarks>
    /// The topology is for publishing at a time. The mediator has none, and nothing to publish to: there a saga's
    /// timers come back to itself.
    /// </remarks>
    public static IMessageScheduler Scheduler(SagaUnitOfWork unit, ConsumeContext context) =>
        new MessageScheduler(
            new DueMessages(unit, context), context.TryGetPayload<IBusTopology>(out var topology) ? topology : null);

    public async Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe,
        CancellationToken cancellationToken)
        where T : class
    {
        var sending = new MessageSendContext<T>(message, cancellationToken)
        {
            DestinationAddress = destinationAddress,
            ConversationId = cause?.ConversationId,
            InitiatorId = cause?.CorrelationId,
        };
        if (pipe is not null && pipe.IsNotEmpty())
            await pipe.Send(sending);

        var token = ScheduleTokenIdCache<T>.GetTokenId(message, sending.MessageId);
        var due = new DateTimeOffset(scheduledTime.ToUniversalTime(), TimeSpan.Zero);
        await unit.RunAsync(
            () =>
            {
                unit.Schedule(Row(token, due, sending));
                return Task.CompletedTask;
            },
            cancellationToken);
        return new ScheduledMessageHandle<T>(token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken) =>
        unit.RunAsync(
            () =>
            {
                unit.Cancel(tokenId);
                return Task.CompletedTask;
            },
            cancellationToken);

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) =>
        CancelScheduledSend(tokenId, cancellationToken);

    private DueMessage Row<T>(Guid token, DateTimeOffset due, MessageSendContext<T> sending)
        where T : class
    {
        var headers = sending.Headers.GetAll().ToDictionary(header => header.Key, header => $"{header.Value}");
        return new DueMessage
        {
            Token = token,
            Due = due,
            Destination = sending.DestinationAddress.ToString(),
            MessageType = unit.Timers.NameOf(sending.Message),
            Body = JsonSerializer.Serialize(sending.Message),
            CorrelationId = sending.CorrelationId,
            ConversationId = sending.ConversationId,
            InitiatorId = sending.InitiatorId,
            RequestId = sending.RequestId,
            ResponseAddress = sending.ResponseAddress?.ToString(),
            Headers = headers.Count == 0 ? null : JsonSerializer.Serialize(headers),
        };
    }
}
