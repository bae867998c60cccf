using System.Collections;
using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

/// <summary>
/// Overlap against the plainest meaning there is: all paths over a small alphabet, each held against each pattern. The
/// paths are long enough to hold a common one for any two of the patterns, so both directions are proved.
/// </summary>
public sealed class PatternOverlapProperties
{
    [Fact]
    public void Inside_a_segment_every_pair_of_short_patterns_is_decided_exactly()
    {
        var patterns = Words(["a", "b", ".", "?", "*"], 1, 4).Where(p => p is not ("." or ".." or "**"));
        var names = Words(["a", "b", "."], 1, 8).Where(n => n is not ("." or ".."));
        AssertExact([.. patterns.Select(Paths.Path)], [.. names.Select(n => new[] { n })]);
    }

    [Fact]
    public void Across_segments_every_pair_of_short_patterns_is_decided_exactly()
    {
        var texts = Words(["a/", "b/", "?/", "*/", ".*/", "**/"], 1, 3).SelectMany(t => new[] { t, t[..^1] });
        var paths = Words(["a/", "b/", ".a/"], 1, 6).Select(p => p[..^1].Split('/'));
        AssertExact([.. texts.Select(Paths.Path)], [.. paths]);
    }

    [Fact]
    public void Two_patterns_made_from_one_path_overlap()
    {
        var name = Gen.OneOf('a', 'b', '.', 'é').Array[1, 6]
            .Select(c => new string(c))
            .Where(n => n is not ("." or ".."));
        var loosened =
            from path in name.Array[1, 8]
            from left in Loosened(path)
            from right in Loosened(path)
            select (left, right);
        loosened.Sample(
            pair => PatternOverlap.Overlaps(pair.left, pair.right)
                && PatternOverlap.Overlaps(pair.right, pair.left)
                && PatternOverlap.FirstOverlaps([pair.left], [[pair.right]]).Count == 1,
            iter: 20_000);
    }

    [Fact]
    public void A_whole_set_is_told_what_pair_by_pair_comparison_finds()
    {
        var segment = Gen.OneOf("a", "b", "c", "a", "b", "*", "?", "a*", "**");
        var pattern =
            from segments in segment.Array[1, 11]
            from directory in Gen.Bool
            select Paths.Path(string.Join('/', segments) + (directory ? "/" : ""));
        Gen.Select(pattern.Array[1, 8], pattern.Array[0, 8].Array[0, 4]).Sample(
            (mine, others) =>
            {
                var found = PatternOverlap.FirstOverlaps(mine, others).ToList();
                int FirstSet(PathPattern path) =>
                    Array.FindIndex(others, set => set.Any(other => PatternOverlap.Overlaps(path, other)));
                var expected = mine.Select(p => (Path: p, Set: FirstSet(p))).Where(e => e.Set >= 0);
                Assert.Equal(expected, found.Select(f => (f.Path, f.OtherIndex)));
                Assert.All(found, f => Assert.Contains(f.OtherPath, others[f.OtherIndex]));
                Assert.All(found, f => Assert.True(PatternOverlap.Overlaps(f.Path, f.OtherPath)));
            },
            iter: 5_000);
    }

    private static void AssertExact(PathPattern[] patterns, string[][] paths)
    {
        var named = patterns.Select(p => new BitArray([.. paths.Select(path => PlainMatch.Path(p, path))])).ToArray();
        for (var i = 0; i < patterns.Length; i++)
        {
            Assert.True(named[i].HasAnySet(), $"'{patterns[i]}' names nothing.");
            for (var j = i; j < patterns.Length; j++)
            {
                var expected = new BitArray(named[i]).And(named[j]).HasAnySet();
                if (PatternOverlap.Overlaps(patterns[i], patterns[j]) != expected)
                    Assert.Fail($"'{patterns[i]}' and '{patterns[j]}' should {(expected ? "" : "not ")}overlap.");
                if (PatternOverlap.Overlaps(patterns[j], patterns[i]) != expected)
                    Assert.Fail($"'{patterns[j]}' and '{patterns[i]}' should {(expected ? "" : "not ")}overlap.");
            }
        }
    }

    private static IEnumerable<string> Words(string[] letters, int min, int max)
    {
        IEnumerable<string> words = [""];
        for (var length = 1; length <= max; length++)
        {
            words = words.SelectMany(w => letters.Select(l => w + l)).ToList();
            if (length < min) continue;
            foreach (var word in words) yield return word;
        }
    }

    /// <summary>Puts wildcards in the place of parts of a path, so that the pattern still matches it.</summary>
    private static Gen<PathPattern> Loosened(string[] path) =>
        Gen.Select(Gen.Int[0, 5].Array[path.Length], Gen.Int[0, 6]).Select((how, cut) =>
        {
            var segments = path.Select((name, i) => how[i] switch
            {
                0 => "**",
                1 => "*",
                2 => name[..1] + "*",
                3 => "*" + name[^1..],
                4 => name.Length < 3 ? new string('?', name.Length) : "*" + name[1..^1] + "?",
                _ => name,
            }).ToArray();
            if (cut > 0 && cut < segments.Length) return Paths.Path(string.Join('/', segments[..cut]) + "/");
            return Paths.Path(string.Join('/', segments));
        });
}
