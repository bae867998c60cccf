using System.Collections.Frozen;

namespace Availsync.Edge.BusRequests;

/// <summary>A call that can be made over the bus, and the route that it is over HTTP.</summary>
/// <param name="Name">As the member <c>type</c> has it, and as activity shows it.</param>
/// <param name="Path">With the member in braces that HTTP has there.</param>
internal sealed record RequestType(string Name, string Method, string Path)
{
    /// <summary>What is meant where none is named.</summary>
    public const string Default = "run.start";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RequestType> All { get; } =
    [
        new(Default, HttpMethods.Post, "/v1/work/run/start") { Undo = "claim.release" },
        new("run.working_set", HttpMethods.Post, "/v1/work/run/working-set"),
        new("run.extend", HttpMethods.Post, "/v1/work/run/extend"),
        new("run.finish", HttpMethods.Post, "/v1/work/run/finish"),
        new("work.check", HttpMethods.Post, "/v1/work/check") { OnlyReads = true },
        new("claim.release", HttpMethods.Delete, "/v1/work/claims/{claim_id}"),
        new("claim.get", HttpMethods.Get, "/v1/work/claims/{claim_id}"),
        new("availability.check", HttpMethods.Post, "/v1/availability/check") { OnlyReads = true },
        new("hold.preview", HttpMethods.Post, "/v1/holds/preview") { OnlyReads = true },
        new("hold.place", HttpMethods.Post, "/v1/holds") { Undo = "hold.release" },
        new("hold.confirm", HttpMethods.Post, "/v1/holds/{hold_id}/confirm"),
        new("hold.release", HttpMethods.Delete, "/v1/holds/{hold_id}"),
        new("hold.get", HttpMethods.Get, "/v1/holds/{hold_id}"),
    ];

    private static readonly FrozenDictionary<string, RequestType> ByName = All.ToFrozenDictionary(t => t.Name);

    /// <summary>Whether it is a question that changes nothing, though HTTP has it as a POST.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>The call that takes back what this one has brought, where nobody can be told of it.</summary>
    public string? Undo { get; init; }

    /// <summary>Whether it says all in its body.</summary>
    public bool HasBody => HttpMethods.IsPost(Method);

    /// <summary>The member that the path has; null for none.</summary>
    public string? PathMember { get; } =
        Path.IndexOf('{', StringComparison.Ordinal) is >= 0 and var from
            ? Path[(from + 1)..Path.IndexOf('}', StringComparison.Ordinal)]
            : null;

    /// <summary>The type of that name; null where there is none.</summary>
    public static RequestType? Find(string name) => ByName.GetValueOrDefault(name);
}
