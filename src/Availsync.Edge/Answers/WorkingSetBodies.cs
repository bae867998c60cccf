using Availsync.Contracts;

namespace Availsync.Edge.Answers;

internal sealed record WorkingSetUpdatedBody(
    string Action,
    ClaimId ClaimId,
    WorkingSetView? WorkingSet,
    IReadOnlyList<PathPattern> ClaimedPaths,
    IReadOnlyList<PathPattern> BlockedPaths,
    IReadOnlyList<WarningBody> Warnings);

internal sealed record WorkingSetPartialBody(
    string Action,
    ClaimId ClaimId,
    WorkingSetView? WorkingSet,
    IReadOnlyList<PathPattern> ClaimedPaths,
    IReadOnlyList<PathPattern> BlockedPaths,
    IReadOnlyList<BlockedPathBody> Blocked,
    IReadOnlyList<WarningBody> Warnings);

/// <summary>Members of the 409 beside those of every error.</summary>
internal sealed record WorkingSetBlockedBody(
    string Action,
    IReadOnlyList<PathPattern> ClaimedPaths,
    IReadOnlyList<PathPattern> BlockedPaths,
    IReadOnlyList<BlockedPathBody> Blocked,
    DateTimeOffset RetryAfter);

internal sealed record BlockedPathBody(PathPattern Path, BlockingClaimView? BlockingClaim, PathPattern BlockingPath)
{
    public static BlockedPathBody Of(PathConflict conflict) =>
        new(conflict.Path, BlockingClaimView.Of(conflict.Claim), conflict.ClaimPath);
}

internal sealed record WarningBody(
    PathPattern Path, string Message, BlockingClaimView? BlockingClaim, PathPattern BlockingPath)
{
    public static WarningBody Of(PathConflict conflict) => new(
        conflict.Path, $"{conflict.Claim.AgentName} may change it: {conflict.ClaimPath.Text}",
        BlockingClaimView.Of(conflict.Claim), conflict.ClaimPath);
}

/// <summary>Chooses between the two forms of a declaration that has gone through.</summary>
internal static class WorkingSetBodies
{
    public static object Of(WorkingSetAnswer answer)
    {
        var set = answer is { WorkingSet: { } held, ExpiresAt: { } until } ? WorkingSetView.Of(held, until) : null;
        var warnings = answer.Warnings.Select(WarningBody.Of).ToList();
        if (answer.Blocked.Count == 0)
            return new WorkingSetUpdatedBody("updated", answer.ClaimId, set, answer.Claimed, [], warnings);
        return new WorkingSetPartialBody(
            "partial_proceed", answer.ClaimId, set, answer.Claimed, PathsOf(answer.Blocked),
            [.. answer.Blocked.Select(BlockedPathBody.Of)], warnings);
    }

    public static WorkingSetBlockedBody Of(Outcome.WorkingSetBlocked blocked) => new(
        "blocked", [], PathsOf(blocked.Blocked), [.. blocked.Blocked.Select(BlockedPathBody.Of)], blocked.RetryAfter);

    private static List<PathPattern> PathsOf(IReadOnlyList<PathConflict> conflicts) =>
        [.. conflicts.Select(conflict => conflict.Path).Distinct()];
}
