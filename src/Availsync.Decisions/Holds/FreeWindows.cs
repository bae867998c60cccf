using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>Where there is room.</summary>
public static class FreeWindows
{
    /// <summary>So many are found.</summary>
    public const int Max = 3;

    /// <summary>
    /// The next free windows of the length of <paramref name="wanted"/>, from its start on: each begins as early as it
    /// can, and none before the end of the one found before it.
    /// </summary>
    /// <param name="taken">What is taken; no two of them overlap.</param>
    /// <param name="startsBy">The last moment at which a window may begin.</param>
    public static IReadOnlyList<HoldWindow> Find(
        IEnumerable<HoldWindow> taken, HoldWindow wanted, DateTimeOffset startsBy)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var found = new List<HoldWindow>(Max);
        var next = wanted;
        foreach (var window in taken.Where(w => w.EndsAt > wanted.StartsAt).OrderBy(w => w.StartsAt))
        {
            for (; next.EndsAt <= window.StartsAt && MayBe(next); next = next.MovedTo(next.EndsAt)) found.Add(next);
            if (next.StartsAt < window.EndsAt) next = next.MovedTo(window.EndsAt);
        }

        for (; MayBe(next); next = next.MovedTo(next.EndsAt)) found.Add(next);
        return found;

        bool MayBe(HoldWindow window) => found.Count < Max && window.StartsAt <= startsBy;
    }
}
