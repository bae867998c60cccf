using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Holds;

/// <summary>The holds that a batch names by their ids, and on which roots they are.</summary>
internal sealed class NamedHolds
{
    private readonly Dictionary<HoldId, string> _rootOf = [];
    private readonly Dictionary<HoldId, Hold> _read = [];

    /// <summary>Those that had to be read: memory knows only what blocks.</summary>
    public IEnumerable<(string Root, Hold Hold)> Read => _read.Values.Select(h => (_rootOf[h.Id], h));

    /// <summary>Finds the holds, and says which roots have to be there for them.</summary>
    public static async Task<NamedHolds> FindAsync(
        ArbiterDbContext context, Fence fence, IEnumerable<HoldId> ids, Action<int, Guid, string> wanted)
    {
        var found = new NamedHolds();
        var unknown = new List<Guid>();
        foreach (var id in ids)
        {
            if (fence.FindRoot(id) is not var (partition, key))
            {
                unknown.Add(id.Value);
                continue;
            }

            var state = partition.Find(key)!;
            found._rootOf[id] = key;
            wanted(partition.Id, state.OrgId, state.Root);
        }

        if (unknown.Count == 0) return found;
        foreach (var row in await context.Holds.AsNoTracking().Where(h => unknown.Contains(h.Id)).ToListAsync())
        {
            var hold = row.ToHold();
            found._read[hold.Id] = hold;
            found._rootOf[hold.Id] = row.RootId;
        }

        return found;
    }

    /// <summary>The hold as it was read; null where memory has it, or nobody.</summary>
    public Hold? Find(HoldId id) => _read.GetValueOrDefault(id);

    public string? RootOf(HoldId id) => _rootOf.GetValueOrDefault(id);

    /// <summary>A later command of the batch may name a hold that an earlier one has placed.</summary>
    public void Add(Hold hold) => _rootOf[hold.Id] = RootKey.Of(hold.OrgId, hold.Resource.Root);
}
