using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// A partition that this instance owns: its clock, and the live state of its roots in memory, read when first needed.
/// Only the decision loop touches the state.
/// </summary>
internal sealed class OwnedPartition(int id, long epoch, DateTimeOffset clockAt)
{
    private readonly Dictionary<string, RootState> _roots = [];
    private readonly Dictionary<ClaimId, string> _rootOfClaim = [];
    private readonly Dictionary<HoldId, string> _rootOfHold = [];

    public int Id { get; } = id;

    public long Epoch { get; } = epoch;

    /// <summary>The time of the last batch that was decided here, by whichever owner.</summary>
    public DateTimeOffset ClockAt { get; set; } = clockAt;

    /// <summary>The receive endpoint through which commands come; set once it is connected.</summary>
    public IAsyncDisposable? Endpoint { get; set; }

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
            Forget(); // What is needed again is read again: cheaper than to keep book of what is used.
        }

        _roots[key] = state;
        foreach (var claim in state.Claims.Keys) _rootOfClaim[claim] = key;
        foreach (var hold in state.Holds.Keys) _rootOfHold[hold] = key;
    }

    /// <summary>Throws the memory away; the store has the truth.</summary>
    public void Forget()
    {
        _roots.Clear();
        _rootOfClaim.Clear();
        _rootOfHold.Clear();
    }
}
