namespace Availsync.System.Tests.Faults;

/// <summary>
/// What must hold of a history, whatever has failed meanwhile. It judges by the contract alone and trusts nobody: what
/// the arbiter has decided, what clients were told and what others have heard of are held against each other.
/// </summary>
internal static class HistoryAudit
{
    private const string Granted = "claim.granted";
    private const string Extended = "claim.extended";
    private const string Expired = "claim.expired";

    private static readonly Dictionary<string, string> StatusAfter = new(StringComparer.Ordinal)
    {
        ["claim.released"] = "released",
        [Expired] = "expired",
        ["claim.preempted"] = "preempted",
        ["claim.revoked"] = "revoked",
    };

    /// <summary>Changes of a lease itself: governance has no use for them.</summary>
    private static readonly HashSet<string> NotAudited = [Extended, "working_set.changed"];

    /// <summary>Every violation, as a sentence that begins with the rule's name. None where all is well.</summary>
    public static IReadOnlyList<string> Violations(History history)
    {
        var facts = history.Log.GroupBy(h => h.Root).ToDictionary(g => g.Key, g => g.OrderBy(h => h.Sequence).ToList());
        return
        [
            .. facts.SelectMany(root => Sequences(root.Key, root.Value, history)),
            .. history.Roots.Keys.Except(facts.Keys).Select(root => $"lost events: {root} has none in the log"),
            .. facts.SelectMany(root => Tokens(root.Key, root.Value, history)),
            .. facts.SelectMany(root => Leases(root.Value)),
            .. Answers(history),
            .. Table(history),
            .. Observed(history),
            .. Audited(history),
            .. Heard("bus", history, history.Bus, often: true),
            .. Heard("topic", history, history.Topic, often: true),
            .. Heard("stream", history, history.Stream, often: false),
        ];
    }

    /// <summary>Whether two claims on a root exclude each other: a repo all of its parts, parts themselves.</summary>
    private static bool Conflict(SeenClaim one, SeenClaim other) =>
        one.Resource == other.Resource || !IsPart(one) || !IsPart(other);

    private static bool IsPart(SeenClaim claim) => claim.Resource.Contains('#', StringComparison.Ordinal);

    private static IEnumerable<string> Sequences(string root, List<Happening> facts, History history)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].Sequence != i + 1)
            {
                yield return $"sequence: {root} has {facts[i].Sequence} in place of {i + 1}";
                break;
            }

            if (i > 0 && facts[i].At < facts[i - 1].At)
                yield return $"clock: {root} goes back to {facts[i].At:O} at {facts[i].Sequence}";
        }

        if (facts.Select(f => f.EventId).Distinct().Count() < facts.Count)
            yield return $"event id: two facts of {root} have one";
        if (history.Roots.TryGetValue(root, out var kept) && kept.Sequence != facts[^1].Sequence)
            yield return $"lost events: {root} has counted to {kept.Sequence}, the log goes to {facts[^1].Sequence}";
    }

    private static IEnumerable<string> Tokens(string root, List<Happening> facts, History history)
    {
        long last = 0;
        foreach (var grant in facts.Where(f => f.Type == Granted))
        {
            if (grant.Claim!.Token <= last) yield return $"token: {grant.Claim} on {root} does not exceed {last}";
            last = Math.Max(last, grant.Claim.Token);
        }

        if (history.Roots.TryGetValue(root, out var kept) && kept.Token != last)
            yield return $"token: {root} remembers {kept.Token}, the last one granted is {last}";
    }

    /// <summary>The lives of claims on one root, fact by fact: those that are active must get along.</summary>
    private static IEnumerable<string> Leases(List<Happening> facts)
    {
        var active = new Dictionary<Guid, SeenClaim>();
        var known = new HashSet<Guid>();
        foreach (var fact in facts)
        {
            if (fact.Claim is not { } claim) continue;
            if (fact.Type == Granted)
            {
                if (!known.Add(claim.Id)) yield return $"lease: {claim} is granted twice";
                if (claim.ExpiresAt <= fact.At) yield return $"lease: {claim} is over before it is granted";
                foreach (var other in active.Values.Where(a => a.ExpiresAt > fact.At && Conflict(a, claim)))
                    yield return $"overlap: {claim} is granted at {fact.At:O} while {other} is active";
                active[claim.Id] = claim;
                continue;
            }

            if (!active.TryGetValue(claim.Id, out var before))
            {
                yield return $"lease: {fact.Type} of {claim}, which is not active";
                continue;
            }

            if (claim.Token != before.Token || claim.Resource != before.Resource)
                yield return $"lease: {before} turns into {claim}";
            if (fact.Type == Expired ? fact.At < before.ExpiresAt : fact.At >= before.ExpiresAt)
                yield return $"lease: {fact.Type} at {fact.At:O} of {before}";
            if (StatusAfter.ContainsKey(fact.Type))
            {
                active.Remove(claim.Id);
            }
            else
            {
                if (claim.ExpiresAt < before.ExpiresAt) yield return $"lease: {before} is shortened to {claim}";
                active[claim.Id] = claim;
            }
        }
    }

    /// <summary>Every answer stands, and nobody holds what nobody was given.</summary>
    private static IEnumerable<string> Answers(History history)
    {
        var facts = history.Log.Where(h => h.Claim is not null).ToLookup(h => h.Claim!.Id);
        foreach (var told in history.Answers)
        {
            var its = facts[told.Claim.Id];
            var stands = told.What switch
            {
                Telling.Proceed => its.Any(f => f.Type == Granted && f.Claim == told.Claim),
                Telling.Extended => its.Any(f => f.Type == Extended && f.Claim == told.Claim),
                _ => its.Any(f => f.Type == "claim.released"),
            };
            if (!stands) yield return $"lost answer: {told.What} of {told.Claim} is not in the log";
        }

        var given = history.Answers.Where(t => t.What == Telling.Proceed).ToLookup(t => t.Claim.Id);
        foreach (var grant in history.Log.Where(h => h.Type == Granted))
        {
            if (given[grant.Claim!.Id].Count() != 1)
                yield return $"phantom: {grant.Claim} was answered to {given[grant.Claim.Id].Count()} requests";
        }
    }

    /// <summary>The table says of each claim what its last fact says.</summary>
    private static IEnumerable<string> Table(History history)
    {
        var last = history.Log.Where(h => h.Claim is not null).GroupBy(h => h.Claim!.Id)
            .ToDictionary(g => g.Key, g => g.MaxBy(h => h.Sequence)!);
        var kept = history.Claims.ToDictionary(c => c.Claim.Id);
        foreach (var (id, fact) in last)
        {
            var status = StatusAfter.GetValueOrDefault(fact.Type, "active");
            if (!kept.TryGetValue(id, out var row)) yield return $"lost claim: {fact.Claim} is not in the table";
            else if (row.Claim != fact.Claim || row.Status != status)
                yield return $"lost claim: the table has {row}, the log {fact.Claim} {status}";
        }

        foreach (var row in history.Claims.Where(row => !last.ContainsKey(row.Claim.Id)))
            yield return $"lost events: {row} has none";
    }

    /// <summary>
    /// As the clients saw it, by their own clock: what was asked for after an answer had come has the greater token,
    /// and no two have held conflicting claims at a moment at which both were sure of theirs.
    /// </summary>
    private static IEnumerable<string> Observed(History history)
    {
        var finished = history.Answers.Where(t => t.What == Telling.Finished)
            .ToDictionary(t => t.Claim.Id, t => t.Asked);
        foreach (var root in history.Answers.Where(t => t.What == Telling.Proceed).GroupBy(t => RootOf(t.Claim)))
        {
            var grants = root.OrderBy(t => t.Claim.Token).ToList();
            for (var i = 0; i < grants.Count; i++)
            {
                foreach (var later in grants.Skip(i + 1))
                {
                    if (later.Answered < grants[i].Asked)
                        yield return $"order: {later.Claim} was answered before {grants[i].Claim} was asked for";
                    if (Conflict(grants[i].Claim, later.Claim)
                        && Sure(grants[i]) is var (from, until) && Sure(later) is var (itsFrom, itsUntil)
                        && from < itsUntil && itsFrom < until)
                    {
                        yield return $"both sure: {grants[i].Claim} and {later.Claim} at {itsFrom:O}";
                    }
                }
            }
        }

        (DateTimeOffset From, DateTimeOffset Until) Sure(Told grant)
        {
            var end = finished.GetValueOrDefault(grant.Claim.Id, DateTimeOffset.MaxValue);
            return (grant.Answered, end < grant.Claim.ExpiresAt ? end : grant.Claim.ExpiresAt);
        }
    }

    private static string RootOf(SeenClaim claim) => claim.Resource.Split(':', 2)[1].Split('#')[0];

    private static IEnumerable<string> Audited(History history)
    {
        var times = history.Audited.CountBy(id => id).ToDictionary();
        foreach (var fact in history.Log.Where(h => !NotAudited.Contains(h.Type)))
        {
            if (times.GetValueOrDefault(fact.EventId) is var count && count != 1)
                yield return $"accounting: {fact.Type} {fact.Sequence} of {fact.Root} is audited {count} times";
        }

        var known = history.Log.Select(h => h.EventId).ToHashSet();
        foreach (var stray in history.Audited.Where(id => !known.Contains(id)))
            yield return $"accounting: {stray} is audited and never happened";
    }

    /// <summary>All of it, in order for each root.</summary>
    /// <param name="often">Whether it may come again: what was heard before is dropped then.</param>
    private static IEnumerable<string> Heard(string by, History history, IReadOnlyList<Happening> heard, bool often)
    {
        var log = history.Log.ToHashSet();
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var one in heard)
        {
            var before = last.GetValueOrDefault(one.Root);
            if (!log.Contains(one))
                yield return $"{by}: {one.Type} {one.Sequence} of {one.Root} is not what happened";
            if (often && one.Sequence <= before) continue;
            if (one.Sequence != before + 1)
                yield return $"{by}: {one.Root} goes from {before} to {one.Sequence}";
            last[one.Root] = Math.Max(before, one.Sequence);
        }

        foreach (var (root, kept) in history.Roots)
        {
            if (last.GetValueOrDefault(root) != kept.Sequence)
                yield return $"{by}: {root} ends with {last.GetValueOrDefault(root)}, not with {kept.Sequence}";
        }
    }
}
