using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// The patterns of one working set, laid out by the literal segments they start with, so that a pattern is compared
/// only with those that could be in its way.
/// </summary>
internal sealed class PatternIndex
{
    /// <summary>Deeper than this patterns lie together, which bounds what hostile paths make the index cost.</summary>
    private const int DepthMax = 8;

    private readonly HashSet<PathPattern> literals = [];
    private readonly Node root = new();

    public PatternIndex(IReadOnlyList<PathPattern> patterns)
    {
        foreach (var pattern in patterns)
        {
            var node = root;
            foreach (var name in LiteralHead(pattern)) node = node.Below(name);
            if (!pattern.IsLiteral) node.Globs.Add((pattern, PatternText.Of(pattern)));
            else if (literals.Add(pattern)) node.Literals.Add((pattern, pattern.Text));
        }
    }

    /// <summary>
    /// A pattern of the set that overlaps <paramref name="pattern"/>, or null. Past <paramref name="stepsMax"/> any
    /// that it comes to is taken to overlap.
    /// </summary>
    public PathPattern? FirstOverlap(PathPattern pattern, Lazy<PatternReader> reader, ref long steps, long stepsMax)
    {
        if (pattern.IsLiteral && literals.TryGetValue(pattern, out var same)) return same;
        var node = root;
        foreach (var name in LiteralHead(pattern))
        {
            if (First(node.Globs, reader, ref steps, stepsMax) is { } above) return above;
            if (node.Children is null || !node.Children.TryGetValue(name, out node)) return null;
        }

        return pattern.IsLiteral
            ? First(node.Globs, reader, ref steps, stepsMax)
            : FirstBelow(node, reader, ref steps, stepsMax);
    }

    private static PathPattern? FirstBelow(Node node, Lazy<PatternReader> reader, ref long steps, long stepsMax)
    {
        if (First(node.Globs, reader, ref steps, stepsMax) is { } glob) return glob;
        if (First(node.Literals, reader, ref steps, stepsMax) is { } literal) return literal;
        if (node.Children is null) return null;
        foreach (var child in node.Children.Values)
        {
            if (FirstBelow(child, reader, ref steps, stepsMax) is { } below) return below;
        }

        return null;
    }

    private static PathPattern? First(
        List<(PathPattern Pattern, string Text)> others, Lazy<PatternReader> reader, ref long steps, long stepsMax)
    {
        foreach (var (pattern, text) in others)
        {
            if (steps > stepsMax || reader.Value.Meets(text, ref steps)) return pattern;
        }

        return null;
    }

    private static IEnumerable<string> LiteralHead(PathPattern pattern) =>
        pattern.Segments.Take(DepthMax).TakeWhile(s => SegmentPattern.IsLiteral(s));

    private sealed class Node
    {
        public Dictionary<string, Node>? Children { get; private set; }

        public List<(PathPattern Pattern, string Text)> Globs { get; } = [];

        public List<(PathPattern Pattern, string Text)> Literals { get; } = [];

        public Node Below(string name)
        {
            Children ??= [];
            if (!Children.TryGetValue(name, out var child)) Children.Add(name, child = new Node());
            return child;
        }
    }
}
