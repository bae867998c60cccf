using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// A path pattern as positions, one before each character and one before the end of each segment, and a bit set of them
/// for each question that a comparison asks. Stars have no position of their own: they are where a reader may stay.
/// </summary>
internal sealed class CompiledPattern
{
    private readonly Dictionary<int, ulong[]> takers = [];
    private readonly ulong[]?[] asciiTakers = new ulong[128][];
    private readonly ulong[] takersOfOther;
    private readonly ulong[] endsBesidePairs;
    private readonly ulong[] endsBesideTwoDots;
    private readonly List<int> starts = [];
    private bool isNearDots;

    public CompiledPattern(PathPattern pattern)
    {
        Text = PatternText.Of(pattern);
        PositionsMax = Text.Length + 2;
        var (any, anyButDot) = (NewMask(), NewMask());
        (Takers, TakersBesideDot, Stays, Ends) = (NewMask(), NewMask(), NewMask(), NewMask());
        (Starts, RestingStarts, endsBesidePairs, endsBesideTwoDots) = (NewMask(), NewMask(), NewMask(), NewMask());
        Nowhere = NewMask();
        takers.Add('?', any);
        takers.Add(SegmentPattern.AnyButDot, anyButDot);
        LastPosition = Place();

        Mask.Add(takersOfOther = NewMask(), any);
        Mask.Add(takersOfOther, anyButDot);
        foreach (var (character, takes) in takers)
        {
            Mask.Add(Takers, takes);
            if (character != '.') Mask.Add(TakersBesideDot, takes);
        }

        foreach (var (character, takes) in takers)
        {
            if (character is '?' or SegmentPattern.AnyButDot) continue;
            Mask.Add(takes, any);
            if (character != '.') Mask.Add(takes, anyButDot);
            if (character < asciiTakers.Length) asciiTakers[character] = takes;
        }

        asciiTakers['.'] ??= any;
        asciiTakers['?'] = Takers;
        asciiTakers[SegmentPattern.AnyButDot] = TakersBesideDot;
    }

    public string Text { get; }

    public int PositionsMax { get; }

    /// <summary>Where all of the pattern has been read.</summary>
    public int LastPosition { get; }

    /// <summary>All that take a character and lead to the next position.</summary>
    public ulong[] Takers { get; }

    /// <summary>Those behind a star, which takes any character and leaves the position as it is.</summary>
    public ulong[] Stays { get; }

    /// <summary>No position.</summary>
    public ulong[] Nowhere { get; }

    /// <summary>The first position of each segment, and the last of all.</summary>
    public ulong[] Starts { get; }

    /// <summary>Those starts behind a <c>**</c>, which takes any segment and leaves the position as it is.</summary>
    public ulong[] RestingStarts { get; }

    /// <summary>Whether there are <see cref="RestingStarts"/>.</summary>
    public bool HasAnyNames { get; private set; }

    /// <summary>How many segments follow the last <c>**</c>; all where there is none.</summary>
    public int TailLength { get; private set; }

    private ulong[] TakersBesideDot { get; }

    private ulong[] Ends { get; }

    /// <summary>The positions that take a character of another pattern: a literal, <c>?</c> or any but a dot.</summary>
    public ulong[] TakersOf(int character) => character < asciiTakers.Length
        ? asciiTakers[character] ?? takersOfOther
        : takers.GetValueOrDefault(character, takersOfOther);

    /// <summary>The positions at the end of a segment that may end where <paramref name="segment"/> does.</summary>
    public ulong[] EndsFor(ReadOnlySpan<char> segment) =>
        !isNearDots ? Ends
        : SegmentPattern.IsPair(segment) ? endsBesideTwoDots
        : SegmentPattern.IsTwoDots(segment) ? endsBesidePairs
        : Ends;

    /// <summary>Where the segment starts that is followed by so many others, itself counted.</summary>
    public int StartFromEnd(int segments) => starts[^(segments + 1)];

    private ulong[] NewMask() => new ulong[PositionSet.WordsFor(PositionsMax)];

    private int Place()
    {
        var position = 0;
        foreach (var range in Text.AsSpan().Split('/'))
        {
            var segment = Text.AsSpan(range);
            if (segment is SegmentPattern.AnyNames)
            {
                Mask.Add(RestingStarts, position);
                HasAnyNames = true;
                TailLength = 0;
                continue;
            }

            starts.Add(position);
            TailLength++;
            position = PlaceSegment(segment, position);
        }

        starts.Add(position);
        foreach (var start in starts) Mask.Add(Starts, start);
        return position;
    }

    private int PlaceSegment(ReadOnlySpan<char> segment, int position)
    {
        foreach (var rune in SegmentPattern.WithoutDots(segment).EnumerateRunes())
        {
            if (rune.Value == '*')
            {
                Mask.Add(Stays, position);
                continue;
            }

            if (!takers.TryGetValue(rune.Value, out var takes)) takers.Add(rune.Value, takes = NewMask());
            Mask.Add(takes, position++);
        }

        isNearDots |= SegmentPattern.IsPair(segment) || SegmentPattern.IsTwoDots(segment);
        Mask.Add(Ends, position);
        if (!SegmentPattern.IsPair(segment)) Mask.Add(endsBesidePairs, position);
        if (!SegmentPattern.IsTwoDots(segment)) Mask.Add(endsBesideTwoDots, position);
        return position + 1;
    }

    private static class Mask
    {
        public static void Add(ulong[] mask, int position) => mask[position >> 6] |= 1UL << (position & 63);

        public static void Add(ulong[] mask, ulong[] others)
        {
            for (var i = 0; i < mask.Length; i++) mask[i] |= others[i];
        }
    }
}
