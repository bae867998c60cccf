using System.Collections.Concurrent;

namespace Availsync.Storage.Sqlite;

/// <summary>
/// One asynchronous queue a file for the writers of this process. SQLite allows one writer at a time and has a second
/// one poll; with the gate, the next writer starts the moment the last one is through. Other processes still meet
/// SQLite's own lock.
/// </summary>
internal static class SqliteWriteGate
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    public static async Task<Pass> EnterAsync(string dataSource, CancellationToken cancellationToken)
    {
        if (dataSource.Length == 0) return new Pass(gate: null); // In memory: nobody else has the connection.
        var gate = Gates.GetOrAdd(Path.GetFullPath(dataSource), _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Pass(gate);
    }

    /// <summary>The right to write; leaving twice is harmless.</summary>
    internal sealed class Pass(SemaphoreSlim? gate)
    {
        private SemaphoreSlim? _gate = gate;

        public void Leave() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
