using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Requests;

internal sealed class BusRequests(
    IClientFactory clients, IReplyLine replies, IBus bus, IOptions<BusOptions> options, TimeProvider time)
    : IRequests, ICommandSender
{
    private readonly ConcurrentDictionary<(Type Request, string Queue), object> _clients = new();

    public async Task<TReply> AskAsync<TRequest, TReply>(
        string queue, TRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
        where TRequest : class
        where TReply : class
    {
        var patience = timeout ?? options.Value.RequestTimeout;
        var client = (IRequestClient<TRequest>)_clients.GetOrAdd(
            (typeof(TRequest), queue), key => clients.CreateRequestClient<TRequest>(AddressOf(key.Queue)));
        return await WithinAsync(queue, patience, async deadline =>
        {
            var lost = await replies.OpenAsync(deadline);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline, lost);
            var answer = await client.GetResponse<TReply>(
                request, sending => sending.UseExecute(Tag), over.Token,
                RequestTimeout.After(ms: (int)Math.Max(1, patience.TotalMilliseconds)));
            return answer.Message;
        }, cancellationToken);
    }

    public Task SendAsync<TMessage>(string queue, TMessage message, CancellationToken cancellationToken)
        where TMessage : class =>
        WithinAsync(queue, options.Value.RequestTimeout, async deadline =>
        {
            var endpoint = await bus.GetSendEndpoint(AddressOf(queue));
            await endpoint.Send(message, context =>
            {
                context.Durable = false;
                context.TimeToLive = options.Value.RequestTimeout; // Its sender repeats it: in a queue of nobody's it is litter.
            }, deadline);
            return true;
        }, cancellationToken);

    private static void Tag(SendContext context)
    {
        context.Durable = false;
        if (AmbientRequest.Id is { } id) context.Headers.Set(AmbientRequest.Header, id);
    }

    /// <summary>
    /// The exchange in front of the queue: sending there declares no queue, so its owner alone sets it up.
    /// </summary>
    private static Uri AddressOf(string queue) => new($"exchange:{queue}");

    /// <summary>
    /// The limit is on the whole call. The request client starts its own clock only when the message has left, which
    /// it does not while the broker is away.
    /// </summary>
    private async Task<T> WithinAsync<T>(
        string queue, TimeSpan patience, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await call(deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RequestFaultException fault)
        {
            throw new NoAnswerException($"The responder of {queue} failed.", fault);
        }
        catch (Exception exception)
        {
            throw new NoAnswerException($"No answer from {queue} within {patience.TotalSeconds} s.", exception);
        }
    }
}
