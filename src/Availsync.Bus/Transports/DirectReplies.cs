using Availsync.Bus.Requests;
using MassTransit;

namespace Availsync.Bus.Transports;

/// <summary>
/// RabbitMQ's direct reply-to, and whether its consumer is in place. A request that is published before the consumer is
/// has the broker close the channel which the consumer is about to be set up on; under load, after an outage, there is
/// always another request, and the consumer would never get there. So requests wait for it. And once it is gone no
/// answer finds its way back, so those who wait for one are told at once.
/// </summary>
internal sealed class DirectReplies : IReplyLine, IReceiveEndpointObserver
{
    private const string Queue = "amq.rabbitmq.reply-to";
    private const int Prefetch = 1000;

    private readonly Lock _lock = new();
    private Line _line = new();

    /// <summary>Requests whose answers come by this line.</summary>
    public IClientFactory Connect(IReceiveConnector bus, RequestTimeout timeout)
    {
        var endpoint = bus.ConnectReceiveEndpoint(Queue, replies =>
        {
            replies.ConfigureConsumeTopology = false;
            replies.PrefetchCount = Prefetch;
            replies.ConnectReceiveEndpointObserver(this);
        });
        return endpoint.CreateClientFactory(timeout);
    }

    public async Task<CancellationToken> OpenAsync(CancellationToken cancellationToken)
    {
        Line line;
        lock (_lock) line = _line;
        await line.Opened.Task.WaitAsync(cancellationToken);
        return line.Lost.Token;
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        lock (_lock) _line.Opened.TrySetResult();
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => LoseAsync();

    public Task Faulted(ReceiveEndpointFaulted faulted) => LoseAsync();

    private Task LoseAsync()
    {
        Line lost;
        lock (_lock)
        {
            if (!_line.Opened.Task.IsCompleted) return Task.CompletedTask;
            (lost, _line) = (_line, new Line());
        }

        return lost.Lost.CancelAsync();
    }

    private sealed class Line
    {
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Lost { get; } = new();
    }
}
