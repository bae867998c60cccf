using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Availsync.Bus.Outside;

/// <summary>
/// Takes messages from a queue that strangers write to, past MassTransit: there, headers and envelopes of a message say
/// where replies and faults go to, and an address that a stranger has made up can cost the queue its consumer. Here the
/// message is bytes. It is acknowledged when its reply is safe with the broker, or the message itself in the queue of
/// errors; until then the broker gives it to another instance if this one dies.
/// <para>
/// A message may be such that its very delivery ends the connection (a header that cannot be read). All that was in work
/// comes again then, and would each time, until the broker sets every one of them aside. So after a loss messages
/// are taken one at a time for a while: only the one that it was about goes on failing.
/// </para>
/// </summary>
internal sealed partial class OutsideQueue(
    OutsidePart part,
    IOutsideHandler handler,
    BrokerLogin login,
    OutsideMetrics metrics,
    IOptions<BusOptions> options,
    TimeProvider time,
    ILogger<OutsideQueue> logger) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Where the connection was made and has been lost since: what was on it waits.</summary>
    private static readonly TimeSpan LossPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of a short string in AMQP.</summary>
    private const int ShortTextMax = 255;

    private static readonly TimeSpan CarefulFor = TimeSpan.FromSeconds(3);
    private bool _careful;
    private readonly CancellationTokenSource _over = new();

    /// <summary>Nothing more is taken; what was taken is answered, as long as there is time.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var over = cancellationToken.Register(_over.Cancel);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _over.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await handler.ReadyAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await ServeAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    _careful = true;
                    metrics.Failed("connection");
                    Interrupted(logger, part.Name, exception.Message);
                    await Task.Delay(exception is ConsumerLostException ? LossPause : RetryPause, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(CancellationToken stoppingToken)
    {
        await using var connection = await login.ConnectAsync(part.Name, stoppingToken);
        await OutsideTopology.DeclareAsync(connection, part, options.Value, logger, stoppingToken);
        await using var replies = new OutsideReplies(login);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            gone.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new Consumer(channel, gone);
        var works = new Works();
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // The bytes are the client's, and only for now.
            var message = MessageOf(delivery, delivery.Body.ToArray());
            var work = new Work(channel, replies, delivery.DeliveryTag, message, Kept(delivery.BasicProperties));
            works.Begin();
            _ = Task.Run(() => WorkAsync(work, works, lost.Token), CancellationToken.None);
            return Task.CompletedTask;
        };
        var tag = await ConsumeAsync(channel, consumer, _careful ? 1 : handler.Capacity, stoppingToken);
        metrics.Opens();
        try
        {
            if (_careful && await PassesAsync(gone.Task, CarefulFor, stoppingToken))
            {
                _careful = false;
                await channel.BasicCancelAsync(tag, cancellationToken: stoppingToken);
                tag = await ConsumeAsync(channel, consumer, handler.Capacity, stoppingToken);
            }

            await gone.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!gone.Task.IsCompleted) await channel.BasicCancelAsync(tag, cancellationToken: _over.Token);
            else await lost.CancelAsync(); // The broker gives what is in work to somebody else.
            await works.EndedAsync().WaitAsync(_over.Token);
        }
        finally
        {
            metrics.Closes();
            await lost.CancelAsync();
        }

        if (!stoppingToken.IsCancellationRequested) throw new ConsumerLostException();
    }

    private async Task<string> ConsumeAsync(
        IChannel channel, IAsyncBasicConsumer consumer, int most, CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(0, (ushort)most, global: false, cancellationToken);
        return await channel.BasicConsumeAsync(part.Name, autoAck: false, consumer, cancellationToken);
    }

    /// <summary>Whether the time passes without a loss, and without the end.</summary>
    private async Task<bool> PassesAsync(Task gone, TimeSpan span, CancellationToken stoppingToken)
    {
        await Task.WhenAny(gone, Task.Delay(span, time, stoppingToken));
        return !gone.IsCompleted && !stoppingToken.IsCancellationRequested;
    }

    private async Task WorkAsync(Work work, Works works, CancellationToken lost)
    {
        metrics.Begins();
        try
        {
            if (await TryHandleAsync(work, lost))
                await work.Channel.BasicAckAsync(work.Tag, multiple: false, lost);
            else
                await work.Channel.BasicNackAsync(work.Tag, multiple: false, requeue: true, lost);
        }
        catch (Exception exception) when (
            lost.IsCancellationRequested || exception is AlreadyClosedException or OperationInterruptedException)
        {
            // It comes again, here or elsewhere.
        }
        finally
        {
            metrics.Ends();
            works.End();
        }
    }

    /// <summary>False where it has to come again.</summary>
    private async Task<bool> TryHandleAsync(Work work, CancellationToken lost)
    {
        try
        {
            var verdict = await handler.HandleAsync(work.Message, lost);
            lost.ThrowIfCancellationRequested();
            return await TryCarryOutAsync(work, verdict, lost);
        }
        catch (Exception exception) when (!lost.IsCancellationRequested)
        {
            metrics.Failed("message");
            ComesAgain(logger, part.Name, exception);
            return false;
        }
    }

    private async Task<bool> TryCarryOutAsync(Work work, OutsideVerdict verdict, CancellationToken lost)
    {
        // As long as the connection lives the broker will confirm: at an alarm it makes publishers wait, and a message that
        // were given back meanwhile would have used up its deliveries before the alarm is over.
        if (verdict is OutsideVerdict.Answered(var reply, var undelivered))
        {
            var delivery = await work.Replies.SendAsync(
                reply.Queue, Properties(work.Message, reply), reply.Body, lost);
            if (delivery == ReplyDelivery.Confirmed) return true;
            if (undelivered is not null) await undelivered();
            var reason = delivery == ReplyDelivery.NoSuchQueue ? "no_such_reply_queue" : "reply_refused";
            verdict = new OutsideVerdict.SetAside(reason, Error: null);
        }

        if (verdict is not OutsideVerdict.SetAside aside) return true;
        metrics.SetAside(aside.Reason);
        var properties = new BasicProperties(work.Kept);
        properties.Headers = new Dictionary<string, object?> { ["reason"] = aside.Reason };
        if (aside.Error is { } error) properties.Headers["error"] = error;
        return await work.Replies.SendAsync(part.ErrorName, properties, work.Message.Body, lost)
            == ReplyDelivery.Confirmed;
    }

    private BasicProperties Properties(OutsideMessage message, OutsideReply reply) => new()
    {
        ContentType = "application/json",
        DeliveryMode = DeliveryModes.Persistent,
        CorrelationId = message.CorrelationId,
        MessageId = Guid.CreateVersion7(time.GetUtcNow()).ToString(),
        Type = reply.Type,
        Headers = reply.Headers.ToDictionary(),
    };

    /// <summary>What a message that is set aside keeps of its properties. Its headers were a stranger's.</summary>
    private static BasicProperties Kept(IReadOnlyBasicProperties given)
    {
        var kept = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };
        if (given.IsContentTypePresent()) kept.ContentType = Written(given.ContentType);
        if (given.IsContentEncodingPresent()) kept.ContentEncoding = Written(given.ContentEncoding);
        if (given.IsCorrelationIdPresent()) kept.CorrelationId = Written(given.CorrelationId);
        if (given.IsReplyToPresent()) kept.ReplyTo = Written(given.ReplyTo);
        if (given.IsMessageIdPresent()) kept.MessageId = Written(given.MessageId);
        return kept;
    }

    /// <summary>What was no UTF-8 has grown as it was read, perhaps beyond what a property takes.</summary>
    private static string? Written(string? text) =>
        text is not null && Encoding.UTF8.GetByteCount(text) > ShortTextMax ? null : text;

    private static OutsideMessage MessageOf(BasicDeliverEventArgs delivery, ReadOnlyMemory<byte> body)
    {
        var given = delivery.BasicProperties;
        return new OutsideMessage(body)
        {
            ContentType = given.IsContentTypePresent() ? given.ContentType : null,
            ContentEncoding = given.IsContentEncodingPresent() ? given.ContentEncoding : null,
            ReplyTo = given.IsReplyToPresent() ? given.ReplyTo : null,
            CorrelationId = given.IsCorrelationIdPresent() ? given.CorrelationId : null,
            MessageId = given.IsMessageIdPresent() ? given.MessageId : null,
            Headers = TextsOf(given.Headers),
        };
    }

    private static Dictionary<string, string> TextsOf(IDictionary<string, object?>? headers)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in headers ?? new Dictionary<string, object?>())
        {
            if (value is byte[] bytes) texts[name] = Encoding.UTF8.GetString(bytes);
        }

        return texts;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{queue} is not served, and will be again: {reason}")]
    private static partial void Interrupted(ILogger logger, string queue, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of {queue} has failed, and comes again")]
    private static partial void ComesAgain(ILogger logger, string queue, Exception exception);

    private sealed record Work(
        IChannel Channel, OutsideReplies Replies, ulong Tag, OutsideMessage Message, BasicProperties Kept);

    private sealed class ConsumerLostException() : IOException("The broker has taken the consumer away.");

    /// <summary>Tells where the broker takes it away, as with its queue; not where that was asked for.</summary>
    private sealed class Consumer(IChannel channel, TaskCompletionSource gone) : AsyncEventingBasicConsumer(channel)
    {
        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            gone.TrySetResult();
            return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }
    }

    /// <summary>Counts what is in work. Only one thread begins any.</summary>
    private sealed class Works
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count = 1; // Whoever waits for the end holds one.

        /// <summary>Completes when all that was begun has ended. To be asked for once, when nothing more begins.</summary>
        public Task EndedAsync()
        {
            End();
            return _ended.Task;
        }

        public void Begin() => Interlocked.Increment(ref _count);

        public void End()
        {
            if (Interlocked.Decrement(ref _count) == 0) _ended.TrySetResult();
        }
    }
}
