namespace Availsync.Bus;

/// <summary>
/// Wakes one loop that looks for work in a table. Ringing while it works is not lost: it looks once more.
/// </summary>
internal sealed class WakeUp(TimeProvider time)
{
    private TaskCompletionSource _rung = New();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Returns when rung, or when it is <paramref name="until"/>.</summary>
    public async Task WaitAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var remaining = until - time.GetUtcNow();
        var alarm = Task.Delay(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, time, awake.Token);

        // Asked once more now that the alarm is set: the clock may have been moved on in between.
        if (time.GetUtcNow() < until)
            await Task.WhenAny(Volatile.Read(ref _rung).Task, alarm);
        await awake.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();

        // Before the caller looks: whoever rings from here on has it look again, and whoever rang before has already
        // written what it will find.
        Interlocked.Exchange(ref _rung, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
