using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Availsync.Bus;

/// <summary>Stops the bus only where it has been started: it would warn of itself in a process that stops before.</summary>
internal sealed class StartedBus(MassTransitHostedService bus) : IHostedService, IAsyncDisposable
{
    private bool _isStarted;

    /// <summary>Not called off: it ends by being stopped, wherever it is by then.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _isStarted = true;
        return bus.StartAsync(CancellationToken.None);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _isStarted ? bus.StopAsync(cancellationToken) : Task.CompletedTask;

    public ValueTask DisposeAsync() => _isStarted ? bus.DisposeAsync() : ValueTask.CompletedTask;
}
