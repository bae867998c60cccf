namespace Availsync.Bus;

/// <summary>
/// Wakes one loop that looks for work in a table. Ringing while it works is not lost: it looks once more.
/// </summary>
internal sealed class WakeUp(TimeProvider time)
{
    private TaskCompletionSource _rung = New();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Returns when rung, or when <paramref name="atMost"/> is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref _rung).Task.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nobody rang; the caller looks all the same.
        }

        // Before the caller looks: whoever rings from here on has it look again, and whoever rang before has already
        // written what it will find.
        Interlocked.Exchange(ref _rung, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
