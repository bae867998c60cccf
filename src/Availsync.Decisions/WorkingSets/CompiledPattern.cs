using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>A path pattern made ready for comparison.</summary>
internal sealed class CompiledPattern
{
    private readonly WildcardText<SegmentPattern, Names> names;

    /// <param name="known">
    /// Segments that were compiled before, by their text; grows. The patterns of a set share most of theirs.
    /// </param>
    public CompiledPattern(PathPattern pattern, Dictionary<string, SegmentPattern>? known = null)
    {
        var segments = pattern.Segments;
        var compiled = new List<SegmentPattern>(segments.Count + 2);
        foreach (var text in segments)
        {
            if (text == "**") compiled.Add(SegmentPattern.AnyNames);
            else if (known is not null && known.TryGetValue(text, out var same)) compiled.Add(same);
            else compiled.Add(new SegmentPattern(text));
            known?.TryAdd(text, compiled[^1]);
        }

        if (pattern.IsDirectory) compiled.AddRange([SegmentPattern.AnyName, SegmentPattern.AnyNames]);
        names = new WildcardText<SegmentPattern, Names>([.. compiled]);
    }

    /// <summary>The last segment, by which most patterns that do not overlap can be told apart.</summary>
    public SegmentPattern Last => names.Symbols[^1];

    /// <summary>Whether one path fits both; adds the comparisons it took to <paramref name="steps"/>.</summary>
    public static bool Overlap(CompiledPattern left, CompiledPattern right, ref long steps)
    {
        steps++;
        return WildcardText<SegmentPattern, Names>.Overlap(left.names, right.names, ref steps);
    }

    private readonly struct Names : ISymbols<SegmentPattern>
    {
        public static bool IsStar(SegmentPattern symbol) => ReferenceEquals(symbol, SegmentPattern.AnyNames);

        public static bool Meet(SegmentPattern left, SegmentPattern right, ref long steps) =>
            SegmentPattern.Overlap(left, right, ref steps);
    }
}
