namespace Availsync.Bus.Tests;

/// <summary>Waits for what another part of the process will have done, and fails when it does not come.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(Look, TimeProvider.System, patience.Token);
    }
}
