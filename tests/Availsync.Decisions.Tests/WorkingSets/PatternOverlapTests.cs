namespace Availsync.Decisions.Tests;

public sealed class PatternOverlapTests
{
    [Theory]
    [InlineData("a/b.cs", "a/b.cs")]
    [InlineData("a/b.cs", "a/*.cs")]
    [InlineData("a/b.cs", "**")]
    [InlineData("a/b.cs", "**/b.cs")]
    [InlineData("b.cs", "**/b.cs")]
    [InlineData("a/b/c", "a/**/c")]
    [InlineData("a/c", "a/**/c")]
    [InlineData("a", "a/**")]
    [InlineData("a/b", "a/")]
    [InlineData("a/b/c", "a/")]
    [InlineData("a/", "a/b/")]
    [InlineData("a/", "**/b/")]
    [InlineData("a/*.cs", "a/b*")]
    [InlineData("a*c", "ab*")]
    [InlineData("**/test/**", "src/**")]
    [InlineData("a?", "?b")]
    [InlineData("?", "\U0001F600")]
    [InlineData("??", ".*")]
    [InlineData(".?", "*x")]
    [InlineData(".*", "*.")]
    [InlineData("*.*.*", "a.b.c")]
    [InlineData("a/*/c/**", "a/b/**/d")]
    [InlineData("...", "???")]
    public void These_can_name_the_same_file(string left, string right)
    {
        Assert.True(PatternOverlap.Overlaps(Paths.Path(left), Paths.Path(right)));
        Assert.True(PatternOverlap.Overlaps(Paths.Path(right), Paths.Path(left)));
    }

    [Theory]
    [InlineData("a/b.cs", "a/B.cs")]
    [InlineData("a/b.cs", "b.cs")]
    [InlineData("a/b/c.cs", "a/*.cs")]
    [InlineData("a", "a/")]
    [InlineData("ab/c", "a/")]
    [InlineData("a/", "b/")]
    [InlineData("a/**/c", "a/**/d")]
    [InlineData("a*c", "b*")]
    [InlineData("*.cs", "*.ts")]
    [InlineData("?", "ab")]
    [InlineData("??", "\U0001F600")]
    [InlineData("*", "a/b")]
    [InlineData("*ab*", "?a")]
    [InlineData("a/*/c", "a/c")]
    [InlineData("**/a/*", "a")]
    public void These_never_do(string left, string right)
    {
        Assert.False(PatternOverlap.Overlaps(Paths.Path(left), Paths.Path(right)));
        Assert.False(PatternOverlap.Overlaps(Paths.Path(right), Paths.Path(left)));
    }

    [Theory]
    [InlineData("?", ".*")]
    [InlineData("?", "*.")]
    [InlineData(".?", "?.")]
    [InlineData("?.", ".*.")]
    [InlineData("??", ".*.")]
    [InlineData("a/?/b", "a/.*/b")]
    public void The_names_dot_and_dot_dot_are_no_files(string left, string right)
    {
        Assert.False(PatternOverlap.Overlaps(Paths.Path(left), Paths.Path(right)));
        Assert.False(PatternOverlap.Overlaps(Paths.Path(right), Paths.Path(left)));
    }

    [Fact]
    public void Each_path_is_told_the_first_set_in_its_way()
    {
        var mine = Paths.Of("free.cs", "a/x.cs", "b/*.cs", "c/");
        var others = new[] { Paths.Of("a/*.ts", "c/d/e"), Paths.Of("a/**", "b/x.cs"), Paths.Of("b/", "c/**") };

        var found = PatternOverlap.FirstOverlaps(mine, others);

        Assert.Equal(
            [
                (mine[1], 1, Paths.Path("a/**")),
                (mine[2], 1, Paths.Path("b/x.cs")),
                (mine[3], 0, Paths.Path("c/d/e")),
            ],
            found);
    }

    [Fact]
    public void Deep_paths_are_told_apart_below_the_indexed_depth()
    {
        const string deep = "1/2/3/4/5/6/7/8/9/10";
        var others = new[] { Paths.Of($"{deep}/a", $"{deep}/b/*.cs", $"{deep}/c/") };

        var found = PatternOverlap.FirstOverlaps(
            Paths.Of(
                $"{deep}/a", $"{deep}/x", $"{deep}/b/y.cs", $"{deep}/b/y.ts", $"{deep}/c", "1/**/c/d", "1/2/*/b"),
            others);

        Assert.Equal([$"{deep}/a", $"{deep}/b/y.cs", "1/**/c/d"], found.Select(f => f.Path.Text));
    }

    [Fact]
    public void What_would_take_too_long_to_decide_counts_as_overlapping()
    {
        // Nothing fits both, but to see that takes some thousand moves of words.
        var hard = Paths.Of("a/*" + new string('a', 200) + "b*", "a/*" + new string('a', 200) + "c*", "b/x.cs");
        var others = new[] { Paths.Of("*/" + new string('?', 200) + new string('a', 200), "a/x.cs") };

        Assert.Empty(PatternOverlap.FirstOverlaps(hard, others));
        var rushed = PatternOverlap.FirstOverlaps(hard[..2], others, stepsMax: 1_000);
        var cheap = PatternOverlap.FirstOverlaps(hard[2..], others, stepsMax: 1_000);

        Assert.Equal([hard[0], hard[1]], rushed.Select(f => f.Path));
        Assert.Empty(cheap);
    }
}
