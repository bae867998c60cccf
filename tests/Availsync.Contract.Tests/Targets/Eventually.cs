using System.Diagnostics;

namespace Availsync.Contract.Tests;

/// <summary>Asks until something is so, for as long as the contract allows and no longer.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Passes as soon as <paramref name="condition"/> holds. A question that was asked within
    /// <paramref name="bound"/> counts however long its answer takes.
    /// </summary>
    public static async Task TrueAsync(TimeSpan bound, Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            if (await condition()) return;
            await Task.Delay(Pause, TimeProvider.System);
        }
        while (Stopwatch.GetElapsedTime(start) <= bound);
        throw new TimeoutException($"Within {bound.TotalSeconds:0.###} s it should have come true that {what}.");
    }

    /// <summary>Waits for a moment on the clock that tests and servers share.</summary>
    public static async Task PassedAsync(DateTimeOffset moment)
    {
        while (moment - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } rest)
            await Task.Delay(rest, TimeProvider.System);
    }
}
