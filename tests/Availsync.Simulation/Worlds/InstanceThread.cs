namespace Availsync.Simulation.Worlds;

/// <summary>
/// Where the code of one instance goes on after each await: not on a thread of its own but when the world says so, in an
/// order that chance chooses, as threads would run them. What is posted to an instance that has died never runs.
/// </summary>
internal sealed class InstanceThread(Chance chance, Action<string> failed) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> _posted = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _isOver;

    public bool HasWork => _posted.Count > 0;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_isOver) return; // Timers of the dead are finalized, and tell.
        if (Environment.CurrentManagedThreadId != _thread)
        {
            failed($"Another thread has got into the world, so runs cannot be repeated: {Environment.StackTrace}");
            return;
        }

        _posted.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => Run(() => d(state));

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs one of what waits to go on.</summary>
    public void RunOne()
    {
        var index = chance.Below(_posted.Count);
        var (callback, state) = _posted[index];
        _posted.RemoveAt(index);
        Run(() => callback(state));
    }

    /// <summary>Runs something as if it had come to this instance from outside.</summary>
    public void Run(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        catch (Exception exception)
        {
            failed($"Nobody catches: {exception}");
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Nothing of this instance goes on any more.</summary>
    public void End()
    {
        _isOver = true;
        _posted.Clear();
    }
}
