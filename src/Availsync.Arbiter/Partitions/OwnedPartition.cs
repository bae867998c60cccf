using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// A partition that this instance owns: its clock, and the live state of its roots in memory, read when first needed.
/// Only the decision loop touches the state.
/// </summary>
internal sealed class OwnedPartition(int id, int of, long epoch, DateTimeOffset clockAt)
{
    private readonly Dictionary<string, RootState> _roots = [];
    private readonly Dictionary<ClaimId, string> _rootOfClaim = [];
    private readonly Dictionary<HoldId, string> _rootOfHold = [];
    private long _claims;
    private long _waiters;
    private volatile LastBatch? _lastBatch;

    public int Id { get; } = id;

    /// <summary>How many partitions there are.</summary>
    public int Of { get; } = of;

    public long Epoch { get; } = epoch;

    /// <summary>The time of the last batch that was decided here, by whichever owner.</summary>
    public DateTimeOffset ClockAt { get; set; } = clockAt;

    /// <summary>The last batch that was committed here; null where there was none yet.</summary>
    public LastBatch? LastBatch
    {
        get => _lastBatch;
        set => _lastBatch = value;
    }

    /// <summary>How many roots are in memory.</summary>
    public int RootCount => _roots.Count;

    /// <summary>How many claims the store calls active.</summary>
    public long ClaimCount => Interlocked.Read(ref _claims);

    /// <summary>How many calls have a place in a queue, those that may fetch their answer included.</summary>
    public long WaiterCount => Interlocked.Read(ref _waiters);

    /// <summary>Whether the counts are of now. Where it is not known what was committed they are not.</summary>
    public bool IsCounted { get; private set; }

    public RootState? Find(string key) => _roots.GetValueOrDefault(key);

    public string? FindRoot(ClaimId claim) => _rootOfClaim.GetValueOrDefault(claim);

    public string? FindRoot(HoldId hold) => _rootOfHold.GetValueOrDefault(hold);

    public void Keep(string key, RootState state, int rootsMax)
    {
        if (_roots.TryGetValue(key, out var before))
        {
            foreach (var claim in before.Claims.Keys) _rootOfClaim.Remove(claim);
            foreach (var hold in before.Holds.Keys) _rootOfHold.Remove(hold);
        }
        else if (_roots.Count >= rootsMax)
        {
            ForgetRoots(); // What is needed again is read again: cheaper than to keep book of what is used.
        }

        _roots[key] = state;
        foreach (var claim in state.Claims.Keys) _rootOfClaim[claim] = key;
        foreach (var hold in state.Holds.Keys) _rootOfHold[hold] = key;
    }

    /// <summary>Sets the counts to what the store says.</summary>
    public void Counted(long claims, long waiters)
    {
        Interlocked.Exchange(ref _claims, claims);
        Interlocked.Exchange(ref _waiters, waiters);
        IsCounted = true;
    }

    /// <summary>Carries the counts on by what a batch has changed.</summary>
    public void Count(RootState before, RootState after)
    {
        Interlocked.Add(ref _claims, ActiveIn(after) - ActiveIn(before));
        Interlocked.Add(ref _waiters, after.Queue.Count - before.Queue.Count);

        static int ActiveIn(RootState state) => state.Claims.Values.Count(c => c.Status == ClaimStatus.Active);
    }

    /// <summary>Throws the memory away; the store has the truth.</summary>
    public void Forget()
    {
        ForgetRoots();
        IsCounted = false;
    }

    private void ForgetRoots()
    {
        _roots.Clear();
        _rootOfClaim.Clear();
        _rootOfHold.Clear();
    }
}
