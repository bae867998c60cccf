using System.Numerics;
using System.Runtime.Intrinsics;

namespace Availsync.Decisions;

/// <summary>
/// Positions of a compiled pattern, one bit each: those that a reading of another pattern can have come to. All of them
/// move at once, 256 in one operation, and only the words between the lowest and the highest are touched.
/// </summary>
internal sealed class PositionSet(int positions)
{
    private const int Lanes = 4;

    private readonly ulong[] words = new ulong[WordsFor(positions)];
    private int low;
    private int high = -1;

    private static Vector256<ulong> FirstLane => Vector256.Create(ulong.MaxValue, 0, 0, 0);

    public bool IsEmpty => low > high;

    private Span<ulong> Live => words.AsSpan(low, high - low + 1);

    public static int WordsFor(int positions) => (positions + (64 * Lanes) - 1) / (64 * Lanes) * Lanes;

    public bool Contains(int position) => (words[position >> 6] >> (position & 63) & 1) != 0;

    public void Clear()
    {
        Live.Clear();
        (low, high) = (0, -1);
    }

    public void SetTo(int position)
    {
        Clear();
        low = high = position >> 6;
        words[low] = 1UL << (position & 63);
    }

    /// <summary>
    /// From each position in <paramref name="takes"/> to the next; those in <paramref name="stays"/> also stay, and the
    /// others fall away.
    /// </summary>
    public void Advance(ulong[] takes, ulong[] stays)
    {
        // The highest bit of each word goes into the next one, and that of a whole vector into the next vector.
        var carried = Vector256<ulong>.Zero;
        var (first, end) = (low / Lanes * Lanes, Math.Min((high / Lanes * Lanes) + (2 * Lanes), words.Length));
        var next = carried;
        for (var i = first; i < end; i += Lanes)
        {
            var here = Vector256.Create(words, i);
            var taken = here & Vector256.Create(takes, i);
            var over = Vector256.Shuffle(taken >> 63, Vector256.Create(3UL, 0, 1, 2));
            var carry = Vector256.ConditionalSelect(FirstLane, carried, over);
            next = (taken << 1) | carry | (here & Vector256.Create(stays, i));
            next.CopyTo(words, i);
            carried = over;
        }

        // Whole vectors are enough to know which are worth touching; most patterns have only one.
        if (next == Vector256<ulong>.Zero) end -= Lanes;
        if (first < end - Lanes && Vector256.Create(words, first) == Vector256<ulong>.Zero) first += Lanes;
        if (first == end - Lanes && Vector256.Create(words, first) == Vector256<ulong>.Zero) end = first;
        (low, high) = (first, end - 1);
    }

    /// <summary>From each position to all behind it, up to the first not in <paramref name="passed"/>.</summary>
    public void Spread(ReadOnlySpan<ulong> passed)
    {
        // In an addition a carry runs through ones: it does here from each position to the end of its segment.
        var carry = 0UL;
        for (var i = low; i < words.Length && (i <= high || carry != 0); i++)
        {
            var here = words[i];
            var sum = passed[i] + carry;
            carry = sum < carry ? 1UL : 0;
            var start = here & passed[i];
            sum += start;
            if (sum < start) carry = 1;
            words[i] = here | (sum ^ passed[i]);
            if (i > high) high = i;
        }
    }

    /// <summary>From the lowest position to all of <paramref name="starts"/> that are not before it.</summary>
    public void SpreadOver(ReadOnlySpan<ulong> starts)
    {
        Trim(high);
        if (IsEmpty) return;
        words[low] = starts[low] & (ulong.MaxValue << BitOperations.TrailingZeroCount(words[low]));
        starts[(low + 1)..].CopyTo(words.AsSpan(low + 1));
        Trim(words.Length - 1);
    }

    /// <summary>Becomes the positions of <paramref name="other"/> that are in <paramref name="mask"/> too.</summary>
    public void SetTo(PositionSet other, ulong[] mask)
    {
        Clear();
        (low, high) = (other.low / Lanes * Lanes, -1);
        for (var i = low; i <= other.high; i += Lanes)
        {
            var both = Vector256.Create(other.words, i) & Vector256.Create(mask, i);
            both.CopyTo(words, i);
            if (both != Vector256<ulong>.Zero) high = i + Lanes - 1;
        }

        if (high < 0) low = 0;
    }

    public void Add(PositionSet other)
    {
        if (other.IsEmpty) return;
        for (var i = other.low / Lanes * Lanes; i <= other.high; i += Lanes)
            (Vector256.Create(words, i) | Vector256.Create(other.words, i)).CopyTo(words, i);
        (low, high) = IsEmpty ? (other.low, other.high) : (Math.Min(low, other.low), Math.Max(high, other.high));
    }

    public bool Meets(ReadOnlySpan<ulong> mask)
    {
        for (var i = low; i <= high; i++)
        {
            if ((words[i] & mask[i]) != 0) return true;
        }

        return false;
    }

    /// <summary>Narrows to words that hold a position, none behind <paramref name="last"/>.</summary>
    private void Trim(int last)
    {
        high = last;
        while (high >= low && words[high] == 0) high--;
        while (low < high && words[low] == 0) low++;
    }
}
