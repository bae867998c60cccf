namespace Availsync.Arbiter.Partitions;

/// <summary>An instance that lives, and the partitions it keeps to; null where it takes whatever there is.</summary>
internal sealed record LiveInstance(Guid Id, PinnedPartitions? Pinned);

/// <summary>
/// Who is to have which partition. Every instance works it out for itself, and from the same rows all come to the same:
/// what moves is the least that makes the shares even, and nobody has to be in charge.
/// </summary>
internal static class Sharing
{
    /// <summary>Names for each partition the instance that is to have it; null where none that lives may.</summary>
    /// <param name="owners">For each partition, by its number, the instance that has it now, if it lives.</param>
    /// <param name="live">All that live.</param>
    public static Guid?[] Plan(IReadOnlyList<Guid?> owners, IReadOnlyList<LiveInstance> live)
    {
        var load = live.ToDictionary(i => i.Id, _ => 0);
        var candidates = Enumerable.Range(0, owners.Count).Select(p => CandidatesOf(p, live)).ToList();
        var plan = new Guid?[owners.Count];
        for (var p = 0; p < plan.Length; p++)
        {
            if (owners[p] is { } owner && candidates[p].Contains(owner)) Give(p, owner);
        }

        for (var p = 0; p < plan.Length; p++)
        {
            if (plan[p] is null && candidates[p].Count > 0) Give(p, LeastLoaded(candidates[p]));
        }

        while (FindMove() is var (partition, to)) Give(partition, to);
        return plan;

        void Give(int partition, Guid to)
        {
            if (plan[partition] is { } from) load[from]--;
            plan[partition] = to;
            load[to]++;
        }

        Guid LeastLoaded(List<Guid> among) => among.OrderBy(i => load[i]).ThenBy(i => i).First();

        // From whoever has most, to whoever would still have less afterwards. Each move makes the shares more even, so
        // there is an end to them.
        (int Partition, Guid To)? FindMove()
        {
            foreach (var p in Enumerable.Range(0, plan.Length).Where(p => plan[p] is not null)
                .OrderByDescending(p => load[plan[p]!.Value]).ThenByDescending(p => p))
            {
                var to = LeastLoaded(candidates[p]);
                if (load[to] + 1 < load[plan[p]!.Value]) return (p, to);
            }

            return null;
        }
    }

    /// <summary>Those that are pinned to it; where there are none, those that are not pinned at all.</summary>
    private static List<Guid> CandidatesOf(int partition, IReadOnlyList<LiveInstance> live)
    {
        var pinned = live.Where(i => i.Pinned?.Contains(partition) == true).Select(i => i.Id).ToList();
        return pinned.Count > 0 ? pinned : [.. live.Where(i => i.Pinned is null).Select(i => i.Id)];
    }
}
