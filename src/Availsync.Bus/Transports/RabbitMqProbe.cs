using System.Collections.Concurrent;
using MassTransit;

namespace Availsync.Bus.Transports;

/// <summary>Through a queue of this process's own, which the broker deletes with its connection.</summary>
internal sealed class RabbitMqProbe(IBus bus, TimeProvider time) : IBrokerProbe
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _sent = [];
    private readonly Lock _lock = new();
    private HostReceiveEndpointHandle? _endpoint;
    private long _number;

    public async Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _number);
        var came = _sent[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var clock = new CancellationTokenSource(within, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            await SendAsync(number, deadline.Token).WaitAsync(deadline.Token);
            await came.Task.WaitAsync(deadline.Token);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _sent.TryRemove(number, out _);
        }
    }

    private async Task SendAsync(long number, CancellationToken cancellationToken)
    {
        var ready = await Endpoint().Ready.WaitAsync(cancellationToken);
        var target = await bus.GetSendEndpoint(ready.InputAddress).WaitAsync(cancellationToken);
        await target.Send(new Probed(number), sending => sending.Durable = false, cancellationToken);
    }

    private HostReceiveEndpointHandle Endpoint()
    {
        lock (_lock)
        {
            return _endpoint ??= ((IReceiveConnector)bus).ConnectReceiveEndpoint(
                new TemporaryEndpointDefinition("probe"), null, Configure);
        }
    }

    private void Configure(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.Handler<Probed>(context =>
        {
            if (_sent.TryRemove(context.Message.Number, out var sent)) sent.TrySetResult();
            return Task.CompletedTask;
        });
    }
}

/// <summary>Says nothing but that it came.</summary>
public sealed record Probed(long Number);

/// <summary>What is in the process cannot be cut off from it.</summary>
internal sealed class InMemoryProbe : IBrokerProbe
{
    public Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken) => Task.FromResult(true);
}
