namespace Availsync.Arbiter.Relay;

/// <summary>Wakes the relay. Signals that come while it is awake fold into one.</summary>
internal sealed class RelaySignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _lock = new();

    public void Set()
    {
        lock (_lock)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    public void Dispose() => _signal.Dispose();
}
