using System.Runtime.CompilerServices;
using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>Whether path patterns can name the same file: exactly, not by guess.</summary>
/// <remarks>
/// A comparison reads one pattern character by character and moves all positions of the other at once, so that its time
/// grows with the product of both lengths by 64 and never with the number of stars.
/// </remarks>
public static class PatternOverlap
{
    /// <summary>
    /// The work that one declaration may cause, counted in words of 64 positions. A largest possible declaration takes
    /// two thousand million against a largest possible other one, so that two of them in its way, all made for that
    /// purpose, are still decided exactly. Past the limit what is left undecided counts as overlapping, so that many
    /// such sets together cannot stall the others of a partition, and no doubt ever lets two editors at one file.
    /// </summary>
    private const long StepsMax = 5_000_000_000;

    // A working set is declared once and looked at by every later declaration on its root. The list is the key and is
    // never changed, so this only remembers what would be computed again.
    private static readonly ConditionalWeakTable<IReadOnlyList<PathPattern>, PatternIndex> Indexes = [];

    /// <summary>Whether there is a path that both patterns match.</summary>
    public static bool Overlaps(PathPattern left, PathPattern right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var steps = 0L;
        return new PatternReader(left).Meets(PatternText.Of(right), ref steps);
    }

    /// <summary>
    /// Each of <paramref name="paths"/> that overlaps one of <paramref name="others"/>, in order, with the index of the
    /// first set in its way and a pattern of that set. Exact, but for a limit that only several hostile sets at once can
    /// reach: what is undecided then counts as overlapping.
    /// </summary>
    public static IReadOnlyList<(PathPattern Path, int OtherIndex, PathPattern OtherPath)> FirstOverlaps(
        IReadOnlyList<PathPattern> paths, IReadOnlyList<IReadOnlyList<PathPattern>> others) =>
        FirstOverlaps(paths, others, StepsMax);

    internal static IReadOnlyList<(PathPattern Path, int OtherIndex, PathPattern OtherPath)> FirstOverlaps(
        IReadOnlyList<PathPattern> paths, IReadOnlyList<IReadOnlyList<PathPattern>> others, long stepsMax)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(others);
        var indexes = others.Select(o => Indexes.GetValue(o, patterns => new PatternIndex(patterns))).ToList();
        var found = new List<(PathPattern, int, PathPattern)>();
        var steps = 0L;
        foreach (var path in paths)
        {
            var reader = new Lazy<PatternReader>(() => new PatternReader(path));
            for (var i = 0; i < indexes.Count; i++)
            {
                if (indexes[i].FirstOverlap(path, reader, ref steps, stepsMax) is not { } other) continue;
                found.Add((path, i, other));
                break;
            }
        }

        return found;
    }
}
