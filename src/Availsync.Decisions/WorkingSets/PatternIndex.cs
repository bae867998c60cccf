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

    private const int StepsPerCompiledCharacter = 30;

    private readonly HashSet<PathPattern> literals = [];
    private readonly Node root = new();

    public PatternIndex(IReadOnlyList<PathPattern> patterns)
    {
        var known = new Dictionary<string, SegmentPattern>();
        foreach (var pattern in patterns)
        {
            var node = root;
            foreach (var name in LiteralHead(pattern)) node = node.Below(name);
            if (!pattern.IsLiteral) node.Globs.Add((pattern, new CompiledPattern(pattern, known)));
            else if (literals.Add(pattern)) node.Literals.Add((pattern, LastName(pattern, known)));
        }
    }

    /// <summary>
    /// A pattern of the set that overlaps <paramref name="pattern"/>, or null. What would take more than
    /// <paramref name="stepsMax"/> comparisons is taken to overlap.
    /// </summary>
    public PathPattern? FirstOverlap(PathPattern pattern, CompiledPattern compiled, ref long steps, long stepsMax)
    {
        steps++;
        if (pattern.IsLiteral && literals.TryGetValue(pattern, out var same)) return same;
        var node = root;
        foreach (var name in LiteralHead(pattern))
        {
            if (node.FirstGlob(compiled, ref steps, stepsMax) is { } above) return above;
            if (node.Children is null || !node.Children.TryGetValue(name, out node)) return null;
        }

        return pattern.IsLiteral
            ? node.FirstGlob(compiled, ref steps, stepsMax)
            : FirstBelow(node, compiled, ref steps, stepsMax);
    }

    private static PathPattern? FirstBelow(Node node, CompiledPattern compiled, ref long steps, long stepsMax)
    {
        if (node.FirstGlob(compiled, ref steps, stepsMax) is { } glob) return glob;
        if (node.FirstLiteral(compiled, ref steps, stepsMax) is { } literal) return literal;
        if (node.Children is null) return null;
        foreach (var child in node.Children.Values)
        {
            if (FirstBelow(child, compiled, ref steps, stepsMax) is { } below) return below;
        }

        return null;
    }

    private static SegmentPattern LastName(PathPattern literal, Dictionary<string, SegmentPattern> known)
    {
        var name = literal.Text[(literal.Text.LastIndexOf('/') + 1)..];
        if (!known.TryGetValue(name, out var last)) known.Add(name, last = new SegmentPattern(name));
        return last;
    }

    private static IEnumerable<string> LiteralHead(PathPattern pattern) =>
        pattern.Segments.Take(DepthMax).TakeWhile(SegmentPattern.IsLiteralText);

    private sealed class Node
    {
        public Dictionary<string, Node>? Children { get; private set; }

        public List<(PathPattern Pattern, CompiledPattern Compiled)> Globs { get; } = [];

        // A working set names mostly single files, so of those no more is kept than what tells most of them apart.
        public List<(PathPattern Pattern, SegmentPattern Last)> Literals { get; } = [];

        public Node Below(string name)
        {
            Children ??= [];
            if (!Children.TryGetValue(name, out var child)) Children.Add(name, child = new Node());
            return child;
        }

        public PathPattern? FirstGlob(CompiledPattern wanted, ref long steps, long stepsMax)
        {
            foreach (var (pattern, compiled) in Globs)
            {
                if (steps > stepsMax || CompiledPattern.Overlap(compiled, wanted, ref steps)) return pattern;
            }

            return null;
        }

        public PathPattern? FirstLiteral(CompiledPattern wanted, ref long steps, long stepsMax)
        {
            foreach (var (pattern, last) in Literals)
            {
                if (steps > stepsMax) return pattern;
                var mayMeet = wanted.Last == SegmentPattern.AnyNames
                    || SegmentPattern.Overlap(wanted.Last, last, ref steps);
                if (!mayMeet) continue;
                steps += StepsPerCompiledCharacter * pattern.Text.Length;
                if (CompiledPattern.Overlap(new CompiledPattern(pattern), wanted, ref steps)) return pattern;
            }

            return null;
        }
    }
}
