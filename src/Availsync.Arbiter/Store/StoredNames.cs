using Availsync.Contracts;
using Availsync.Decisions;

namespace Availsync.Arbiter.Store;

/// <summary>
/// The words in the tables, by name and not by number, so that reordering an enumeration never rewrites history, and
/// SQL by hand reads like the contract.
/// </summary>
internal static class StoredNames
{
    public const string Active = "active";

    public const string Expired = "expired";

    public static string Of(ClaimStatus status) => status switch
    {
        ClaimStatus.Active => Active,
        ClaimStatus.Released => "released",
        ClaimStatus.Expired => Expired,
        ClaimStatus.Preempted => "preempted",
        ClaimStatus.Revoked => "revoked",
        _ => throw new BrokenInvariantException($"Status {status} has no name."),
    };

    public static ClaimStatus Status(string name) => name switch
    {
        Active => ClaimStatus.Active,
        "released" => ClaimStatus.Released,
        Expired => ClaimStatus.Expired,
        "preempted" => ClaimStatus.Preempted,
        "revoked" => ClaimStatus.Revoked,
        _ => throw new BrokenInvariantException($"No status is named '{name}'."),
    };

    /// <summary>What makes a resource the same one, whatever its spelling.</summary>
    public static string Identity(ResourceRef resource) =>
        $"{(resource.Type == ResourceType.Repo ? "repo" : "project")}:{resource.Canonical}";

    public static ResourceRef Resource(string shownAs) =>
        ResourceRef.TryParse(shownAs, out var resource, out _)
            ? resource!
            : throw new BrokenInvariantException("A stored resource cannot be read.");
}
