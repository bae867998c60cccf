namespace Availsync.Edge.Access;

/// <summary>How a remembered value is known: whose it is, and how long it can be true.</summary>
/// <param name="OrgOf">The workspace whose changes make it be forgotten.</param>
/// <param name="ValidUntil">When it ends by itself; null for never.</param>
internal sealed record MemoryRules<TValue>(Func<TValue, Guid> OrgOf, Func<TValue, DateTimeOffset?> ValidUntil);

/// <summary>What was found, and whether it was looked up for this very call.</summary>
internal readonly record struct Found<TValue>(TValue? Value, bool Fresh);

/// <summary>
/// Remembers what accounting has said, for a minute at most and in a bounded number. A workspace is forgotten when it
/// changes; what is being looked up while something is forgotten is answered but not remembered, since nobody knows
/// whether the answer was made before the change. Callers that ask for one key at a time share one look-up.
/// </summary>
internal sealed class ShortMemory<TKey, TValue>(TimeProvider time, int capacity, MemoryRules<TValue> rules)
    where TKey : notnull
    where TValue : class
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Task<TValue?>> _underWay = [];
    private Dictionary<TKey, Kept> _young = [];
    private Dictionary<TKey, Kept> _old = [];
    private long _generation;

    /// <summary>The value of a key, from memory or by <paramref name="lookUp"/>; null for none.</summary>
    public async ValueTask<Found<TValue>> FindAsync(
        TKey key, Func<TKey, Task<TValue?>> lookUp, CancellationToken cancellationToken)
    {
        TaskCompletionSource<TValue?>? mine = null;
        Task<TValue?>? answer;
        long generation;
        lock (_gate)
        {
            if (Recall(key) is { } value) return new Found<TValue>(value, Fresh: false);
            generation = _generation;
            if (!_underWay.TryGetValue(key, out answer))
            {
                mine = new TaskCompletionSource<TValue?>(TaskCreationOptions.RunContinuationsAsynchronously);
                _underWay[key] = answer = mine.Task;
            }
        }

        // The look-up is everybody's: a caller that hangs up does not take it away from the others.
        if (mine is not null) _ = LookUpAsync(key, generation, mine, lookUp);
        return new Found<TValue>(await answer.WaitAsync(cancellationToken), Fresh: true);
    }

    /// <summary>Forgets all of one workspace.</summary>
    public void Forget(Guid orgId)
    {
        lock (_gate)
        {
            Turn();
            foreach (var kept in new[] { _young, _old })
            {
                var ofOrg = kept.Where(entry => rules.OrgOf(entry.Value.Value) == orgId).Select(entry => entry.Key);
                foreach (var key in ofOrg.ToList()) kept.Remove(key);
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void ForgetAll()
    {
        lock (_gate)
        {
            Turn();
            _young = [];
            _old = [];
        }
    }

    /// <summary>Whoever asks from here on must not be given what was asked for before the change.</summary>
    private void Turn()
    {
        _generation++;
        _underWay.Clear();
    }

    private async Task LookUpAsync(
        TKey key, long generation, TaskCompletionSource<TValue?> answer, Func<TKey, Task<TValue?>> lookUp)
    {
        try
        {
            var value = await lookUp(key);
            lock (_gate)
            {
                if (value is not null && generation == _generation) Remember(key, value);
                Leave(key, answer);
            }

            answer.SetResult(value);
        }
        catch (Exception exception)
        {
            lock (_gate) Leave(key, answer);
            answer.SetException(exception);
        }
    }

    private void Leave(TKey key, TaskCompletionSource<TValue?> answer)
    {
        if (_underWay.TryGetValue(key, out var task) && task == answer.Task) _underWay.Remove(key);
    }

    private TValue? Recall(TKey key)
    {
        if (!_young.TryGetValue(key, out var kept) && !_old.TryGetValue(key, out kept)) return null;
        return time.GetUtcNow() < kept.Until ? kept.Value : null;
    }

    /// <summary>
    /// Two halves bound the memory without any order to keep: when the young one is full it becomes the old one, and
    /// what was old is gone.
    /// </summary>
    private void Remember(TKey key, TValue value)
    {
        var until = time.GetUtcNow() + KeptFor;
        if (rules.ValidUntil(value) is { } end && end < until) until = end;
        if (_young.Count >= Math.Max(1, capacity / 2))
        {
            _old = _young;
            _young = [];
        }

        _young[key] = new Kept(value, until);
    }

    private readonly record struct Kept(TValue Value, DateTimeOffset Until);
}
