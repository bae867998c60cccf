namespace Availsync.Edge.Events;

/// <summary>Waits for something, but not for ever.</summary>
internal static class TimedWaits
{
    /// <summary>Returns when <paramref name="something"/> has come, or <paramref name="atMost"/> has passed.</summary>
    public static async Task WaitAsync(
        this TimeProvider time,
        Func<CancellationToken, Task> something,
        TimeSpan atMost,
        CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var alarm = Task.Delay(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, time, over.Token);
        await Task.WhenAny(something(over.Token), alarm);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
