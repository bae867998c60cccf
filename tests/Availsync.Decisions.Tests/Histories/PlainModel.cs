using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>
/// The contract of claims and working sets once more, as plainly as can be: a list of claims, walked through for each
/// question. It says in a line what every step should be answered; times are seconds since the history began.
/// </summary>
internal sealed class PlainModel
{
    private const int Day = 86_400;

    private readonly List<Lease> leases = [];

    public int Now { get; set; }

    /// <summary>What is active now: each claim's number, its end, and its files.</summary>
    public IEnumerable<string> Active =>
        leases.Where(IsActive).Select(l => $"#{l.Number} until {l.Until} {Files(l)}");

    public string Start(int agent, int resource, int seconds)
    {
        WriteDownWhatRanOut(resource);
        if (InTheWay(resource) is { } other) return $"skipped {Told(other, agent)}";
        leases.Add(new Lease
        {
            Number = leases.Count, Agent = agent, Resource = resource, Started = Now, Until = Now + seconds,
            Status = ClaimStatus.Active,
        });
        return $"granted #{leases.Count - 1} until {Now + seconds}";
    }

    public string Observe(int agent, int resource)
    {
        WriteDownWhatRanOut(resource);
        return "observed " + (InTheWay(resource) is { } other ? Told(other, agent) : "free");
    }

    public string Check(int agent, int resource) =>
        "checked " + (InTheWay(resource) is { } other ? Told(other, agent) : "free");

    public string Extend(int agent, int claim, int seconds, Wish? wish)
    {
        var lease = leases[claim];
        if (Refusal(agent, lease) is { } refusal) return refusal;
        var until = Math.Max(lease.Until, Math.Min(Now + seconds, lease.Started + Day));
        var answer = "";
        if (wish is not null)
        {
            answer = Declare(lease, wish, until);
            if (!answer.StartsWith("declared", StringComparison.Ordinal)) return answer;
            answer = " " + answer;
        }

        lease.Until = until;
        return $"extended #{claim} until {until}{answer}";
    }

    public string Declare(int agent, int claim, Wish wish) =>
        Refusal(agent, leases[claim]) ?? Declare(leases[claim], wish, leases[claim].Until);

    public string End(int? agent, int claim, ClaimStatus status)
    {
        var lease = leases[claim];
        WriteDownWhatRanOut(lease.Resource);
        if (agent is not null && lease.Agent != agent) return "not owner";
        if (lease.Status != ClaimStatus.Active) return $"already #{claim} {lease.Status}";
        lease.Status = status;
        return $"ended #{claim} {status}";
    }

    public string Wake(int claim)
    {
        var lease = leases[claim];
        var wasActive = lease.Status == ClaimStatus.Active;
        WriteDownWhatRanOut(lease.Resource);
        if (lease.Status == ClaimStatus.Active) return $"nothing due before {lease.Until}";
        return wasActive ? $"ended #{claim} {lease.Status}" : "nothing due";
    }

    private string Declare(Lease lease, Wish wish, int until)
    {
        var held = FilesOf(lease);
        var (replaces, removes) =
            (wish.Operation == WorkingSetOperation.Replace, wish.Operation == WorkingSetOperation.Remove);
        if (!replaces && held.Length > 0 && lease.Mode != wish.Mode) return "invalid mode";
        var others = leases.FindAll(o =>
            o != lease && IsActive(o) && SameRoot(o, lease) && o.Mode != AccessMode.Read);
        var met = removes
            ? []
            : wish.List
                .Select(p => (Path: p, Other: others.Find(o => FilesOf(o).Any(q => Cast.Overlap(p, q)))))
                .Where(m => m.Other is not null)
                .ToDictionary(m => m.Path, m => m.Other!);
        var told = string.Join(' ', met.Select(m => $"{m.Key}|#{m.Value.Number}"));
        var blocks = wish.Mode != AccessMode.Read;
        var claimed = removes ? [] : wish.List.Where(p => !blocks || !met.ContainsKey(p)).ToArray();
        if (blocks && met.Count == wish.List.Length)
            return $"blocked [{told}] until {met.Values.Min(o => FilesUntil(o, o.Until))}";

        lease.LeaseFiles(wish, Now, until, held.Length > 0);
        lease.Mode = wish.Mode;
        lease.Files = wish.Operation switch
        {
            WorkingSetOperation.Replace => claimed,
            WorkingSetOperation.Add => [.. held.Union(claimed)],
            _ => [.. held.Except(wish.List)],
        };
        var end = lease.Files.Length == 0 ? "never" : $"{FilesUntil(lease, until)}";
        var (blocked, warned) = blocks ? (told, "") : ("", told);
        return $"declared [{string.Join(' ', claimed)}] blocked [{blocked}] warned [{warned}] until {end}";
    }

    private string? Refusal(int agent, Lease lease)
    {
        WriteDownWhatRanOut(lease.Resource);
        if (lease.Agent != agent) return "not owner";
        return lease.Status == ClaimStatus.Active ? null : $"not active {lease.Status}";
    }

    private void WriteDownWhatRanOut(int resource)
    {
        var root = Cast.Resources[resource].Root;
        foreach (var lease in leases.Where(l => l.Status == ClaimStatus.Active && Now >= l.Until))
        {
            if (Cast.Resources[lease.Resource].Root == root) lease.Status = ClaimStatus.Expired;
        }
    }

    private Lease? InTheWay(int resource) =>
        leases.Where(l => IsActive(l) && Cast.Conflict(l.Resource, resource)).MinBy(l => (l.Until, l.Number));

    private bool IsActive(Lease lease) => lease.Status == ClaimStatus.Active && Now < lease.Until;

    private string[] FilesOf(Lease lease) => Now < (lease.FilesUntil ?? int.MaxValue) ? lease.Files : [];

    private string Files(Lease lease) =>
        FilesOf(lease) is { Length: > 0 } files
            ? $"{lease.Mode} [{string.Join(' ', files)}] until {FilesUntil(lease, lease.Until)}"
            : "no files";

    private static bool SameRoot(Lease one, Lease other) =>
        Cast.Resources[one.Resource].Root == Cast.Resources[other.Resource].Root;

    private static int FilesUntil(Lease lease, int until) => Math.Min(lease.FilesUntil ?? int.MaxValue, until);

    private static string Told(Lease other, int agent) =>
        $"by #{other.Number} until {other.Until}{(other.Agent == agent ? " own" : "")}";

    private sealed class Lease
    {
        public required int Number { get; init; }

        public required int Agent { get; init; }

        public required int Resource { get; init; }

        public required int Started { get; init; }

        public required int Until { get; set; }

        public required ClaimStatus Status { get; set; }

        public AccessMode Mode { get; set; }

        public string[] Files { get; set; } = [];

        public int? FilesUntil { get; private set; }

        /// <summary>Gives the files the lease that was asked for; without one what is kept keeps its own.</summary>
        public void LeaseFiles(Wish wish, int now, int until, bool holds)
        {
            if (wish.Lease > 0) FilesUntil = Math.Min(now + wish.Lease, until);
            else if (wish.Operation == WorkingSetOperation.Replace || !holds) FilesUntil = null;
        }
    }
}
