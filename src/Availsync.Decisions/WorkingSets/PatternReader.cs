using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// Reads other patterns against one, character by character, and keeps for each moment all the positions of the one
/// that a path which fits both can have come to. If the last position is among them at the end, there is such a path.
/// </summary>
internal sealed class PatternReader
{
    private readonly CompiledPattern pattern;
    private readonly PositionSet reached;
    private readonly PositionSet resting;
    private readonly int words;

    public PatternReader(PathPattern pattern)
    {
        this.pattern = new CompiledPattern(pattern);
        (reached, resting) = (new(this.pattern.PositionsMax), new(this.pattern.PositionsMax));
        words = PositionSet.WordsFor(this.pattern.PositionsMax);
    }

    /// <summary>
    /// Whether one path fits both; adds to <paramref name="steps"/> the words that were moved at most.
    /// </summary>
    /// <param name="text">The other pattern, as <see cref="PatternText"/> has it.</param>
    public bool Meets(string text, ref long steps)
    {
        steps++;
        if (PatternText.EndsDiffer(pattern.Text, text)) return false;
        reached.SetTo(0);
        return Reads(text, hasAnyNames: true, ref steps);
    }

    private bool Reads(ReadOnlySpan<char> text, bool hasAnyNames, ref long steps)
    {
        var at = 0;
        while (at <= text.Length && !reached.IsEmpty)
        {
            var length = text[at..].IndexOf('/');
            var segment = length < 0 ? text[at..] : text.Slice(at, length);
            if (!hasAnyNames || segment is not SegmentPattern.AnyNames) ReadSegment(segment);
            else if (ReadAnyNames()) return TailsMeet(text, ref steps);
            at += segment.Length + 1;
            steps += (long)words * (segment.Length + 1);
        }

        return reached.Contains(pattern.LastPosition);
    }

    private void ReadSegment(ReadOnlySpan<char> segment)
    {
        if (pattern.HasAnyNames) resting.SetTo(reached, pattern.RestingStarts);
        var characters = SegmentPattern.WithoutDots(segment);
        while (characters.Length > 0 && !reached.IsEmpty)
        {
            int character = characters[0];
            if (character == '*')
            {
                reached.Spread(pattern.Takers);
                characters = characters.TrimStart('*');
                continue;
            }

            var length = 1;
            if (char.IsHighSurrogate(characters[0]))
            {
                character = char.ConvertToUtf32(characters[0], characters[1]);
                length = 2;
            }

            reached.Advance(pattern.TakersOf(character), pattern.Stays);
            characters = characters[length..];
        }

        if (!reached.IsEmpty) reached.Advance(pattern.EndsFor(segment), pattern.Nowhere);
        if (pattern.HasAnyNames) reached.Add(resting);
    }

    /// <summary>Reads a <c>**</c>; true where it can stand while the pattern is at a <c>**</c> of its own.</summary>
    private bool ReadAnyNames()
    {
        reached.SpreadOver(pattern.Starts);
        return reached.Meets(pattern.RestingStarts);
    }

    /// <summary>
    /// Once both are at a <c>**</c>, each takes in what the other has up to its last one. What is behind the last ones
    /// then meets segment by segment from the end, as far as both go, or not at all.
    /// </summary>
    private bool TailsMeet(ReadOnlySpan<char> text, ref long steps)
    {
        var (length, start) = (0, text.Length + 1);
        while (length < pattern.TailLength)
        {
            var before = text[..(start - 1)];
            var name = before.LastIndexOf('/') + 1;
            if (before[name..] is SegmentPattern.AnyNames) break;
            (length, start) = (length + 1, name);
        }

        if (length == 0) return true;
        reached.SetTo(pattern.StartFromEnd(length));
        return Reads(text[start..], hasAnyNames: false, ref steps);
    }
}
