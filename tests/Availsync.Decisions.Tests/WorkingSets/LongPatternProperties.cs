using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

/// <summary>
/// Overlap of patterns with hundreds of positions against a table of all pairs of their symbols. Names have three
/// characters or more here, so that none is <c>.</c> or <c>..</c>; short ones are proved by enumeration.
/// </summary>
public sealed class LongPatternProperties
{
    private static readonly Gen<string[]> LongPath =
        Gen.OneOf('a', 'b', '.', '\u00E9').Array[3, 90].Select(c => new string(c)).Array[1, 10];

    [Fact]
    public void Long_patterns_are_decided_as_a_table_of_all_pairs_does()
    {
        var seen = new int[2];
        var pairs =
            from path in LongPath
            from left in Loosened(path)
            from right in Loosened(path)
            from spoiled in Gen.Int[0, 2 * right.Length]
            select (left, right: Spoiled(right, spoiled));
        pairs.Sample(
            pair =>
            {
                var (left, right) = (Paths.Path(pair.left), Paths.Path(pair.right));
                var expected = TableMeets(
                    left.Segments, right.Segments, s => s == "**", (l, r) => TableMeets(
                        l.ToArray(), r.ToArray(), c => c == '*', (x, y) => x == '?' || y == '?' || x == y));
                Interlocked.Increment(ref seen[expected ? 1 : 0]);
                return PatternOverlap.Overlaps(left, right) == expected
                    && PatternOverlap.Overlaps(right, left) == expected;
            },
            iter: 2_000);
        Assert.All(seen, count => Assert.True(count > 100, $"Only {count} of one kind."));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    public void The_last_character_of_a_long_pattern_counts(int length)
    {
        var free = Paths.Path("*/" + new string('?', length) + "x*/**/*z");
        AssertBoth(true, free, Paths.Path("a/*" + new string('b', length) + "x/z"));
        AssertBoth(false, free, Paths.Path("a/" + new string('b', length) + "y/z"));
        AssertBoth(false, free, Paths.Path("a/*" + new string('b', length) + "y/**/*y"));
        AssertBoth(false, free, Paths.Path("?/" + new string('b', length - 1) + "x/z"));
    }

    private static void AssertBoth(bool expected, PathPattern left, PathPattern right)
    {
        Assert.Equal(expected, PatternOverlap.Overlaps(left, right));
        Assert.Equal(expected, PatternOverlap.Overlaps(right, left));
    }

    /// <summary>The table: whether what is left of each from here on can be the same.</summary>
    private static bool TableMeets<T>(
        IReadOnlyList<T> left, IReadOnlyList<T> right, Func<T, bool> isStar, Func<T, T, bool> meets)
    {
        var table = new bool[left.Count + 1, right.Count + 1];
        table[left.Count, right.Count] = true;
        for (var i = left.Count; i >= 0; i--)
        {
            for (var j = right.Count; j >= 0; j--)
            {
                var (l, r) = (i < left.Count, j < right.Count);
                if (l && isStar(left[i])) table[i, j] = table[i + 1, j] || (r && table[i, j + 1]);
                else if (r && isStar(right[j])) table[i, j] = table[i, j + 1] || (l && table[i + 1, j]);
                else if (l && r) table[i, j] = table[i + 1, j + 1] && meets(left[i], right[j]);
            }
        }

        return table[0, 0];
    }

    private static string Spoiled(string text, int at) =>
        at < text.Length && char.IsLetter(text[at])
            ? text[..at] + (text[at] == 'a' ? 'b' : 'a') + text[(at + 1)..]
            : text;

    private static Gen<string> Loosened(string[] path) =>
        Gen.Select(Gen.Int[0, 9].Array[path.Length], Gen.Int[0, 29].Array[90]).Select((how, cuts) =>
            string.Join('/', path.Select((name, i) => how[i] switch
            {
                0 => "**",
                1 => "*",
                2 => name,
                _ => string.Concat(name.Select((c, k) => cuts[(k + i) % 90] switch
                {
                    0 => "*" + c,
                    1 => "*",
                    < 6 => "?",
                    _ => c.ToString(),
                })),
            })));
}
