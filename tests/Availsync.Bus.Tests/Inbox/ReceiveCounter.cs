using MassTransit;

namespace Availsync.Bus.Tests.Inbox;

/// <summary>Counts the messages that an endpoint is through with: the harness counts those of one id as one.</summary>
internal sealed class ReceiveCounter(string endpoint) : IReceiveObserver
{
    private int _received;

    public int Received => Volatile.Read(ref _received);

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (context.InputAddress.AbsolutePath.EndsWith(endpoint, StringComparison.Ordinal))
            Interlocked.Increment(ref _received);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
