using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// Files: what two claims of one root mean to change never overlaps. A declaration that gets nothing changes nothing;
/// one that gets a part of what it asks for is told which part.
/// </summary>
internal static class Declaring
{
    /// <summary>A declaration's result: a refusal, or the claim with its new working set and what follows.</summary>
    internal sealed record Declared(
        Outcome? Refusal, Claim Claim, WorkingSetAnswer? Answer, IReadOnlyList<ClaimFact> Facts);

    public static Decision Declare(RootState state, DeclareWorkingSet command, DateTimeOffset now)
    {
        var (claim, refusal) = Targets.FindActive(state, command.ClaimId, command.Caller);
        if (claim is null) return Decision.Of(refusal!);
        var declared = Declare(state, claim, command.Declaration, now);
        return declared.Refusal is not null
            ? Decision.Of(declared.Refusal)
            : new Decision(new Outcome.WorkingSetDeclared(declared.Answer!), declared.Facts);
    }

    public static Declared Declare(RootState state, Claim claim, WorkingSetDeclaration wish, DateTimeOffset now)
    {
        var held = claim.AsOf(now).WorkingSet;
        if (wish.Resource is not null && !wish.Resource.Equals(claim.Resource))
            return Refuse(claim, new Outcome.Invalid("resource", "The claim is on another resource."));
        if (wish.Operation != WorkingSetOperation.Replace && held is not null && held.Mode != wish.Mode)
            return Refuse(claim, new Outcome.Invalid("mode", "A working set has one mode; replace it to change it."));

        var paths = wish.Paths.Distinct().ToList();
        if (wish.Operation == WorkingSetOperation.Remove)
            return Settle(claim, wish, held, Without(held, paths), [], [], [], now);

        var editors = EditorsBeside(state, claim, now);
        var overlaps = Overlaps(paths, editors, claim.AgentId);
        if (wish.Mode == AccessMode.Read)
            return Settle(claim, wish, held, With(held, wish, paths), paths, [], overlaps, now);

        var blocked = overlaps.Select(o => o.Path).ToHashSet();
        var granted = paths.Where(p => !blocked.Contains(p)).ToList();
        if (granted.Count > 0) return Settle(claim, wish, held, With(held, wish, granted), granted, overlaps, [], now);
        var retryAfter = overlaps.Min(o => End(editors.First(e => e.Id == o.Claim.Id)));
        return Refuse(claim, new Outcome.WorkingSetBlocked(claim.Id, overlaps, retryAfter));
    }

    private static Declared Settle(
        Claim claim,
        WorkingSetDeclaration wish,
        WorkingSet? held,
        IReadOnlyList<PathPattern> paths,
        IReadOnlyList<PathPattern> granted,
        IReadOnlyList<PathConflict> blocked,
        IReadOnlyList<PathConflict> warnings,
        DateTimeOffset now)
    {
        if (paths.Count > WorkingSet.PathsMax)
        {
            var message = $"A working set holds at most {WorkingSet.PathsMax} paths.";
            return Refuse(claim, new Outcome.Invalid("paths", message));
        }

        var next = paths.Count == 0 ? null : new WorkingSet(wish.Mode, paths, LeaseUntil(claim, wish, held, now));
        var changed = claim with { WorkingSet = next };
        return new Declared(
            Refusal: null,
            changed,
            new WorkingSetAnswer(claim.Id, next, next is null ? null : End(changed), granted, blocked, warnings),
            [new WorkingSetChanged(changed)]);
    }

    private static Declared Refuse(Claim claim, Outcome refusal) => new(refusal, claim, null, []);

    private static List<Claim> EditorsBeside(RootState state, Claim claim, DateTimeOffset now) =>
        [.. state.Holding(now)
            .Where(c => c.Id != claim.Id && c.WorkingSet is { Excludes: true })
            .OrderBy(c => c.FencingToken)];

    private static List<PathConflict> Overlaps(
        List<PathPattern> paths, List<Claim> editors, Guid askedBy)
    {
        if (editors.Count == 0) return [];
        var found = PatternOverlap.FirstOverlaps(paths, [.. editors.Select(e => e.WorkingSet!.Paths)]);
        return [.. found.Select(o =>
            new PathConflict(o.Path, BlockingClaim.Of(editors[o.OtherIndex], askedBy), o.OtherPath))];
    }

    private static IReadOnlyList<PathPattern> With(
        WorkingSet? held, WorkingSetDeclaration wish, IReadOnlyList<PathPattern> granted) =>
        wish.Operation == WorkingSetOperation.Add && held is not null ? [.. held.Paths.Union(granted)] : granted;

    private static IReadOnlyList<PathPattern> Without(WorkingSet? held, IReadOnlyList<PathPattern> paths) =>
        held is null ? [] : [.. held.Paths.Except(paths)];

    /// <summary>
    /// A lease of its own where one is asked for; else what was there, and for a replacement the claim's.
    /// </summary>
    private static DateTimeOffset? LeaseUntil(
        Claim claim, WorkingSetDeclaration wish, WorkingSet? held, DateTimeOffset now)
    {
        if (wish.LeaseSeconds is not { } seconds)
            return wish.Operation == WorkingSetOperation.Replace ? null : held?.LeaseUntil;
        var until = now.AddSeconds(seconds);
        return until < claim.ExpiresAt ? until : claim.ExpiresAt;
    }

    private static DateTimeOffset End(Claim claim) =>
        claim.WorkingSet?.LeaseUntil is { } until && until < claim.ExpiresAt ? until : claim.ExpiresAt;
}
