using MassTransit;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Requests;

internal sealed class ResponderConnector(IBus bus, IOptions<BusOptions> options) : IResponderConnector
{
    /// <summary>Requests of a connected queue come in batches already, one or two an edge.</summary>
    private const int Concurrency = 64;

    public async Task<IAsyncDisposable> ConnectAsync<TRequest, TReply>(
        string queue, Func<TRequest, CancellationToken, Task<TReply>> respond, int priority,
        CancellationToken cancellationToken)
        where TRequest : class
        where TReply : class
    {
        var handle = ((IReceiveConnector)bus).ConnectReceiveEndpoint(
            queue, endpoint =>
            {
                ResponderEndpoint.Configure(endpoint, options.Value, Concurrency, respond);
                if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit) rabbit.ConsumerPriority = priority;
            });
        try
        {
            await handle.Ready.WaitAsync(cancellationToken);
            return new Connected(handle);
        }
        catch
        {
            await handle.StopAsync(CancellationToken.None);
            throw;
        }
    }

    private sealed class Connected(HostReceiveEndpointHandle handle) : IAsyncDisposable
    {
        private HostReceiveEndpointHandle? _handle = handle;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _handle, null) is { } open)
                await open.StopAsync(CancellationToken.None);
        }
    }
}
