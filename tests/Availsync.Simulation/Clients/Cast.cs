using Availsync.Arbiter.Deciding;
using Availsync.Contracts;

namespace Availsync.Simulation.Clients;

/// <summary>
/// Two workspaces, few agents, few resources, so that they meet often. The first has a plan with a bound; the second lets
/// higher priorities displace, and closes a resource for a while after a lease has run out.
/// </summary>
internal static class Cast
{
    public const int AgentsPerOrg = 5;

    public static readonly Guid Bounded = new("0196f000-0000-7000-8000-00000000000a");
    public static readonly Guid Displacing = new("0196f000-0000-7000-8000-00000000000b");

    private static readonly Plan SmallPlan = new("small", new PlanLimits(null, null, 5, null));

    private static readonly Dictionary<string, string> Labels = [];

    static Cast()
    {
        foreach (var (org, letter) in new[] { (Bounded, 'a'), (Displacing, 'b') })
        {
            foreach (var resource in Resources) Labels[RootKey.Of(org, resource.Root)] = $"{letter}/{resource.Root}";
            foreach (var resource in HoldResources) Labels[RootKey.Of(org, resource.Root)] = $"{letter}/{resource.Root}";
        }
    }

    public static IReadOnlyList<ResourceRef> Resources { get; } =
    [
        .. new[]
        {
            "repo:o/x", "repo:o/x", "project:o/x#docs", "project:o/x#tests", "repo:o/y", "project:deploy",
            "project:o/y#api",
        }.Select(text => ResourceRef.TryParse(text, out var resource, out _)
            ? resource
            : throw new InvalidOperationException(text)),
    ];

    public static IReadOnlyList<HoldResource> HoldResources { get; } =
    [
        .. new[] { "calendar:jane", "room:1" }.Select(text => HoldResource.TryParse(text, out var resource, out _)
            ? resource
            : throw new InvalidOperationException(text)),
    ];

    public static IReadOnlyList<PathPattern> Files { get; } =
    [
        .. new[] { "src/a.cs", "src/b.cs", "docs/c.md", "d" }.Select(text => PathPattern.TryParse(text, out var path, out _)
            ? path
            : throw new InvalidOperationException(text)),
    ];

    public static Caller Agent(int number)
    {
        var org = number < AgentsPerOrg ? Bounded : Displacing;
        var id = new Guid(number + 1, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]);
        return new Caller(org, id, $"agent{number}", PersonId: null);
    }

    public static Plan? PlanOf(Guid org) => org == Bounded ? SmallPlan : null;

    public static long? ActiveClaimsMaxOf(Guid org) => PlanOf(org)?.Limits.ActiveClaims;

    public static bool PreemptsLower(Guid org) => org == Displacing;

    public static int GraceSecondsOf(Guid org) => org == Displacing ? 2 : 0;

    public static string LabelOf(string rootId) => Labels.GetValueOrDefault(rootId, rootId);

    /// <summary>Whether two resources exclude each other, said once more and not asked of the product.</summary>
    public static bool Conflict(ResourceRef one, ResourceRef other)
    {
        var (left, right) = (one.ToString(), other.ToString());
        if (left == right) return true;
        var (leftRoot, rightRoot) = (RootOf(left), RootOf(right));
        return leftRoot == rightRoot && (!left.Contains('#') || !right.Contains('#'));
    }

    private static string RootOf(string resource)
    {
        var hash = resource.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? resource : "repo:" + resource["project:".Length..hash];
    }
}
