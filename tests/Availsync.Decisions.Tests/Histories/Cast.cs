using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>The few resources, files and agents that histories are about: few, so that they meet often.</summary>
internal static class Cast
{
    public static Caller[] Agents { get; } = [World.Codex, World.Claude];

    /// <summary>The resources with their root and part, said here once more and not asked of the product.</summary>
    public static (string Text, char Root, string? Part)[] Resources { get; } =
    [
        ("repo:owner/repo", 'A', null),
        ("repo:git@github.com:Owner/Repo.git", 'A', null),
        ("project:owner/repo#docs", 'A', "docs"),
        ("project:owner/repo#tests", 'A', "tests"),
        ("project:deploy", 'B', null),
        ("repo:owner/other", 'C', null),
    ];

    public static string[] Patterns { get; } = ["a", "a/", "a/b", "a/*", "b/?", "**/b", "c/**", "b", "c", "c/a/"];

    // Below what it is made from: static fields are made in the order of the text.
    private static HashSet<(string, string)> Overlapping { get; } = [.. PairsWithACommonPath()];

    public static bool Conflict(int left, int right)
    {
        var (one, other) = (Resources[left], Resources[right]);
        return one.Root == other.Root && (one.Part is null || other.Part is null || one.Part == other.Part);
    }

    public static bool Overlap(string left, string right) => Overlapping.Contains((left, right));

    private static IEnumerable<(string, string)> PairsWithACommonPath()
    {
        string[] names = ["a", "b", "c"];
        var paths = names.Select(n => new[] { n }).ToList();
        for (var i = 0; paths[i].Length < 4; i++) paths.AddRange(names.Select(n => (string[])[.. paths[i], n]));
        var matches = Patterns.ToDictionary(
            p => p, p => paths.Where(path => PlainMatch.Path(Paths.Path(p), path)).ToHashSet());
        return from left in Patterns
               from right in Patterns
               where matches[left].Overlaps(matches[right])
               select (left, right);
    }
}
