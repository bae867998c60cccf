using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>Whether path patterns can name the same file: exactly, not by guess.</summary>
public static class PatternOverlap
{
    /// <summary>Whether there is a path that both patterns match.</summary>
    public static bool Overlaps(PathPattern left, PathPattern right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Meet(Compile(left), Compile(right));
    }

    /// <summary>
    /// Each of <paramref name="paths"/> that overlaps one of <paramref name="others"/>, in order, with the first pattern in
    /// its way and the index of the set that this one is in.
    /// </summary>
    public static IReadOnlyList<(PathPattern Path, int OtherIndex, PathPattern OtherPath)> FirstOverlaps(
        IReadOnlyList<PathPattern> paths, IReadOnlyList<IReadOnlyList<PathPattern>> others)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(others);
        var found = new List<(PathPattern, int, PathPattern)>();
        var compiled = others.Select(set => set.Select(Compile).ToList()).ToList();
        foreach (var path in paths)
        {
            var mine = Compile(path);
            for (var i = 0; i < others.Count; i++)
            {
                var hit = compiled[i].FindIndex(other => Meet(mine, other));
                if (hit < 0) continue;
                found.Add((path, i, others[i][hit]));
                break;
            }
        }

        return found;
    }

    private static SegmentPattern[] Compile(PathPattern pattern)
    {
        var segments = pattern.Segments.Select(s => s == "**" ? SegmentPattern.AnyNames : new SegmentPattern(s));
        return pattern.IsDirectory
            ? [.. segments, SegmentPattern.AnyName, SegmentPattern.AnyNames]
            : [.. segments];
    }

    private static bool Meet(SegmentPattern[] left, SegmentPattern[] right) =>
        WildcardMeeting<SegmentPattern, Names>.Overlap(left, right);

    private readonly struct Names : ISymbols<SegmentPattern>
    {
        public static bool IsStar(SegmentPattern symbol) => ReferenceEquals(symbol, SegmentPattern.AnyNames);

        public static bool Meet(SegmentPattern left, SegmentPattern right) => SegmentPattern.Overlap(left, right);
    }
}
