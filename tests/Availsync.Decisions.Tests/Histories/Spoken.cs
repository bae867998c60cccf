using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>Puts what the core answers into the words of <see cref="PlainModel"/>.</summary>
internal sealed class Spoken(IReadOnlyList<ClaimId> numbers)
{
    public string Say(Outcome outcome) => outcome switch
    {
        Outcome.Granted granted => $"granted {Name(granted.Claim.Id)} until {At(granted.Claim.ExpiresAt)}",
        Outcome.Skipped skipped => $"skipped {Told(skipped.BlockingClaim, skipped.RetryAfter)}",
        Outcome.Observed observed => $"observed {Told(observed.WouldBeBlockedBy, observed.RetryAfter)}",
        Outcome.Checked check => $"checked {Told(check.BlockingClaim, check.RetryAfter)}",
        Outcome.Extended extended =>
            $"extended {Name(extended.Claim.Id)} until {At(extended.Claim.ExpiresAt)}"
            + (extended.WorkingSet is null ? "" : " " + Declared(extended.WorkingSet)),
        Outcome.WorkingSetDeclared declared => Declared(declared.Answer),
        Outcome.WorkingSetBlocked blocked => $"blocked [{Met(blocked.Blocked)}] until {At(blocked.RetryAfter)}",
        Outcome.Invalid invalid => $"invalid {invalid.Field}",
        Outcome.NotClaimOwner => "not owner",
        Outcome.ClaimNotActive ended => $"not active {ended.Status}",
        Outcome.Ended ended => $"ended {Name(ended.Claim.Id)} {ended.Claim.Status}",
        Outcome.AlreadyEnded ended => $"already {Name(ended.Claim.Id)} {ended.Claim.Status}",
        Outcome.NothingDue due => due.ExpiresAt is { } at ? $"nothing due before {At(at)}" : "nothing due",
        _ => outcome.ToString(),
    };

    public string Active(Claim claim) =>
        $"{Name(claim.Id)} until {At(claim.ExpiresAt)} "
        + (claim.WorkingSet is { } files
            ? $"{files.Mode} [{List(files.Paths)}] until {At(files.LeaseUntil ?? claim.ExpiresAt)}"
            : "no files");

    public static int At(DateTimeOffset at) => (int)(at - World.Morning).TotalSeconds;

    private static string Told(BlockingClaim? claim, DateTimeOffset? retryAfter, string name) =>
        claim is null ? "free" : $"by {name} until {At(retryAfter!.Value)}{(claim.OwnedByYou ? " own" : "")}";

    private static string List(IEnumerable<PathPattern> paths) => string.Join(' ', paths.Select(p => p.Text));

    private string Told(BlockingClaim? claim, DateTimeOffset? retryAfter) =>
        Told(claim, retryAfter, claim is null ? "" : Name(claim.Id));

    private string Declared(WorkingSetAnswer answer) =>
        $"declared [{List(answer.Claimed)}] blocked [{Met(answer.Blocked)}] warned [{Met(answer.Warnings)}] until "
        + (answer.ExpiresAt is { } at ? $"{At(at)}" : "never");

    private string Met(IEnumerable<PathConflict> conflicts) =>
        string.Join(' ', conflicts.Select(c => $"{c.Path}|{Name(c.Claim.Id)}"));

    private string Name(ClaimId id)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            if (numbers[i] == id) return $"#{i}";
        }

        return "#?";
    }
}
