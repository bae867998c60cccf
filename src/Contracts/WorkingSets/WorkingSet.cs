using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What an agent means to do with the files it declares.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessMode>))]
public enum AccessMode
{
    /// <summary>Change them: excludes other editors and deleters.</summary>
    Edit,

    /// <summary>Delete them: excludes other editors and deleters.</summary>
    Delete,

    /// <summary>Read them: never blocks and is never blocked.</summary>
    Read,
}

/// <summary>How a declaration meets what the claim holds already.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkingSetOperation>))]
public enum WorkingSetOperation
{
    /// <summary>The declaration becomes the claim's whole working set.</summary>
    Replace,

    /// <summary>The paths come on top.</summary>
    Add,

    /// <summary>The paths are let go.</summary>
    Remove,
}

/// <summary>The files a claim holds inside its root.</summary>
/// <param name="Paths">1 to 1000 patterns, none twice.</param>
/// <param name="LeaseUntil">When its own lease ends; null where it lasts as long as the claim.</param>
public sealed record WorkingSet(AccessMode Mode, IReadOnlyList<PathPattern> Paths, DateTimeOffset? LeaseUntil)
{
    /// <summary>The most paths a working set holds.</summary>
    public const int PathsMax = 1000;

    /// <summary>Whether it excludes others.</summary>
    [JsonIgnore]
    public bool Excludes => Mode is AccessMode.Edit or AccessMode.Delete;
}

/// <summary>A request to hold files.</summary>
/// <param name="LeaseSeconds">30 to 86 400, never past the claim's expiry; null follows the claim.</param>
/// <param name="Resource">What the caller believes the claim is on; checked where given.</param>
public sealed record WorkingSetDeclaration(
    AccessMode Mode,
    IReadOnlyList<PathPattern> Paths,
    int? LeaseSeconds,
    WorkingSetOperation Operation,
    ResourceRef? Resource);

/// <summary>A declared path and the path of another claim that can name the same file.</summary>
public sealed record PathConflict(PathPattern Path, BlockingClaim Claim, PathPattern ClaimPath);

/// <summary>What became of a declaration.</summary>
/// <param name="WorkingSet">What the claim holds now; null where it holds nothing.</param>
/// <param name="ExpiresAt">When that ends; null where it holds nothing.</param>
/// <param name="Claimed">The declared paths that were granted (none for a removal).</param>
/// <param name="Blocked">The declared paths that were not, each with the first claim in its way.</param>
/// <param name="Warnings">For readers: who edits what they read.</param>
public sealed record WorkingSetAnswer(
    ClaimId ClaimId,
    WorkingSet? WorkingSet,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<PathPattern> Claimed,
    IReadOnlyList<PathConflict> Blocked,
    IReadOnlyList<PathConflict> Warnings);
