using System.Numerics;

namespace Availsync.Decisions;

/// <summary>
/// Positions of a compiled pattern, one bit each: those that a reading of another pattern can have come to. All of them
/// move at once, 64 in one operation, and only the words between the lowest and the highest are touched.
/// </summary>
internal sealed class PositionSet(int positions)
{
    private readonly ulong[] words = new ulong[WordsFor(positions)];
    private int low;
    private int high = -1;

    public bool IsEmpty => low > high;

    private Span<ulong> Live => words.AsSpan(low, high - low + 1);

    public static int WordsFor(int positions) => (positions + 63) / 64;

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

    /// <summary>From each position in <paramref name="takes"/> to the next; those in <paramref name="stays"/> also stay.</summary>
    public void Advance(ReadOnlySpan<ulong> takes, ReadOnlySpan<ulong> stays)
    {
        var row = words.AsSpan(0, Math.Min(high + 2, words.Length));
        takes = takes[..row.Length];
        stays = stays[..row.Length];
        var carry = 0UL;
        for (var i = low; i < row.Length; i++)
        {
            var here = row[i];
            var taken = here & takes[i];
            row[i] = (taken << 1) | carry | (here & stays[i]);
            carry = taken >> 63;
        }

        Trim(row.Length - 1);
    }

    /// <summary>From each position in <paramref name="takes"/> to the next; the others fall away.</summary>
    public void Advance(ReadOnlySpan<ulong> takes)
    {
        var end = Math.Min(high + 2, words.Length);
        var carry = 0UL;
        for (var i = low; i < end; i++)
        {
            var taken = words[i] & takes[i];
            words[i] = (taken << 1) | carry;
            carry = taken >> 63;
        }

        Trim(end - 1);
    }

    /// <summary>From each position to all behind it, up to and with the first that is not in <paramref name="passed"/>.</summary>
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
        words[low] = starts[low] & (ulong.MaxValue << BitOperations.TrailingZeroCount(words[low]));
        starts[(low + 1)..].CopyTo(words.AsSpan(low + 1));
        Trim(words.Length - 1);
    }

    /// <summary>Becomes the positions that are both in <paramref name="other"/> and in <paramref name="mask"/>.</summary>
    public void SetTo(PositionSet other, ReadOnlySpan<ulong> mask)
    {
        Clear();
        low = other.low;
        for (var i = other.low; i <= other.high; i++) words[i] = other.words[i] & mask[i];
        Trim(other.high);
    }

    public void Add(PositionSet other)
    {
        if (other.IsEmpty) return;
        for (var i = other.low; i <= other.high; i++) words[i] |= other.words[i];
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

    private void Trim(int last)
    {
        high = last;
        while (high >= low && words[high] == 0) high--;
        while (low < high && words[low] == 0) low++;
    }
}
