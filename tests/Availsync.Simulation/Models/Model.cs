using Availsync.Arbiter.Deciding;
using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Simulation.Clients;
using Availsync.Views;

namespace Availsync.Simulation.Models;

/// <summary>
/// What must be true, said once more and simply: it takes every commit in the order in which the store has made them, and
/// knows what may follow upon what. It never looks at how the product decides.
/// </summary>
internal sealed class Model(Action<string> note, Action<string> fail)
{
    private readonly Dictionary<string, KnownRoot> _roots = [];
    private readonly Dictionary<Guid, KnownClaim> _claims = [];
    private readonly Dictionary<Guid, KnownHold> _holds = [];
    private readonly Dictionary<string, KnownClaim> _grantOfOp = [];
    private readonly HashSet<(string Request, string Kind)> _recorded = [];

    public IReadOnlyCollection<KnownRoot> Roots => _roots.Values;

    public IReadOnlyDictionary<Guid, KnownClaim> Claims => _claims;

    public IReadOnlyDictionary<Guid, KnownHold> Holds => _holds;

    /// <summary>Which kinds of facts and of outcomes have come up.</summary>
    public HashSet<string> Kinds { get; } = [];

    public int Events { get; private set; }

    public int Grants { get; private set; }

    /// <summary>Takes what an instance has committed.</summary>
    public void Take(string by, Commit commit)
    {
        var before = commit.Events.Select(e => e.Fact).OfType<ClaimGranted>().Any()
            ? commit.Events.Select(RootOf).Distinct().ToDictionary(r => r, r => r.Queue.Values.ToList())
            : [];
        foreach (var (rootId, ticket, place) in commit.Waiters)
        {
            var queue = Root(rootId).Queue;
            if (place is null) queue.Remove(ticket);
            else queue[ticket] = place;
            note($"{by}: place {Root(rootId).Label} {(place is null ? "gone" : place.Answer is null ? "waits" : "answered")}");
        }

        foreach (var one in commit.Events) Take(by, one);
        Turns.Check(commit.Events, RootOf, before, fail);
        CheckPlans(commit.Events);
        foreach (var one in commit.Logged) TakeLogged(one);
    }

    /// <summary>What the broker has got: in order at its first coming, and nothing that was not committed.</summary>
    public void TakePublished(ClaimEvents message)
    {
        foreach (var one in message.Events)
        {
            var root = RootOf(one);
            if (one.Sequence > root.History.Count || root.History[(int)one.Sequence - 1] != one.EventId)
                fail($"{root.Label}#{one.Sequence} is published, but it is not what was committed.");
            else if (one.Sequence > root.Published + 1)
                fail($"{root.Label}#{one.Sequence} is published, and #{root.Published + 1} has never been.");
            else if (one.Sequence == root.Published + 1)
                root.Published++;
        }
    }

    /// <summary>What those outside get: each event that is shown, at least once, and for the first time in its order.</summary>
    public void TakeAnnounced(TopicMessage message)
    {
        var root = Root(RootKey.Of(Guid.Parse((string)message.Headers["org_id"]!), (string)message.Headers["root"]!));
        var label = $"{root.Label}#{message.Headers["sequence"]}";
        var at = root.Shown.IndexOf(message.Id);
        if (at < 0) fail($"{label} is announced as {message.Type}, but it is not what was committed.");
        else if (at > root.Announced) fail($"{label} is announced, and an earlier one has never been.");
        else if (at == root.Announced) root.Announced++;
    }

    /// <summary>Whether a call was decided so: an event of that kind is in the history, under its id.</summary>
    public bool IsRecorded(string? request, string kind) => request is not null && _recorded.Contains((request, kind));

    public KnownRoot Root(string id)
    {
        if (!_roots.TryGetValue(id, out var root)) _roots[id] = root = new KnownRoot(id, Cast.LabelOf(id));
        return root;
    }

    private KnownRoot RootOf(ClaimEvent one) => Root(RootKey.Of(one.OrgId, one.Root));

    private void Take(string by, ClaimEvent one)
    {
        var root = RootOf(one);
        Events++;
        Kinds.Add(one.Fact.GetType().Name);
        note($"{by}: {root.Label}#{one.Sequence} {one.Fact.GetType().Name} {Describe(one.Fact)} at {Seconds(one.At)}");
        if (one.Sequence != root.History.Count + 1)
            fail($"{root.Label} has two histories: #{one.Sequence} is committed after #{root.History.Count}.");
        if (one.At < root.At) fail($"{root.Label}#{one.Sequence} was decided before what was decided earlier.");
        root.History.Add(one.EventId);
        if (EventView.Of(one) is not null) root.Shown.Add(one.EventId);
        root.At = one.At;
        if (one.RequestId is { } request) _recorded.Add((request, one.Fact.GetType().Name));
        switch (one.Fact)
        {
            case ClaimGranted granted: Grant(root, one, granted.Claim); break;
            case ClaimExtended extended: Extend(root, one, extended.Claim); break;
            case WorkingSetChanged changed: Declare(root, one, changed.Claim); break;
            case ClaimReleased released: End(root, one, released.Claim); break;
            case ClaimExpired expired: End(root, one, expired.Claim); break;
            case ClaimPreempted preempted: End(root, one, preempted.Claim); break;
            case ClaimRevoked revoked: End(root, one, revoked.Claim); break;
            case RunSkipped skipped: Skip(root, one, skipped); break;
            case HoldHeld held: Place(root, one, held.Hold); break;
            case HoldConfirmed { WasHeld: false } placed: Place(root, one, placed.Hold); break;
            case HoldConfirmed confirmed: Confirm(root, one, confirmed.Hold); break;
            case HoldLapsed lapsed: EndHold(root, one, lapsed.Hold); break;
            case HoldReleased released: EndHold(root, one, released.Hold); break;
            case HoldPreempted preempted: EndHold(root, one, preempted.Hold); break;
            case HoldRevoked revoked: EndHold(root, one, revoked.Hold); break;
        }
    }

    private void TakeLogged(ClaimEvent one)
    {
        var root = RootOf(one);
        if (one.Sequence != root.Logged + 1 || root.History[root.Logged] != one.EventId)
            fail($"{root.Label}#{one.Sequence} is logged behind #{root.Logged}.");
        root.Logged++;
    }

    private void Grant(KnownRoot root, ClaimEvent one, Claim claim)
    {
        Grants++;
        TakeToken(root, claim.FencingToken);
        var op = Op.IdOf(one.RequestId);
        var known = new KnownClaim(root, claim, op);
        foreach (var other in root.Active.Values)
        {
            if (Cast.Conflict(other.Claim.Resource, claim.Resource))
                fail($"{known} is granted while {other} is active, and they exclude each other.");
        }

        if (_claims.ContainsKey(claim.Id.Value)) fail($"{known} has the id of another claim.");
        if (claim.StartedAt != one.At || claim.ExpiresAt <= one.At) fail($"{known} does not begin when it is granted.");
        if (op is not null && Op.HasKey(op))
        {
            // A grant that came while nobody fetched it is given back, and then the same call may get another one.
            var isRepeated = _grantOfOp.TryGetValue(op, out var first)
                && (!Op.Waits(op) || first.IsTold || root.Active.ContainsKey(first.Claim.Id.Value));
            if (isRepeated) fail($"A repeat has made a second claim: {first} and {known} are both of call {op}.");
            _grantOfOp[op] = known;
        }

        _claims[claim.Id.Value] = root.Active[claim.Id.Value] = known;
    }

    private void Extend(KnownRoot root, ClaimEvent one, Claim claim)
    {
        if (ActiveAt(root, one, claim.Id) is not { } known) return;
        if (claim.ExpiresAt < known.Claim.ExpiresAt) fail($"{known} is extended to less time than it had.");
        if (claim.ExpiresAt > known.Claim.StartedAt.AddDays(1)) fail($"{known} lives longer than a day.");
        known.Claim = claim;
        known.Expiries.Add(claim.ExpiresAt);
    }

    private void Declare(KnownRoot root, ClaimEvent one, Claim claim)
    {
        if (ActiveAt(root, one, claim.Id) is not { } known) return;
        known.Claim = claim;
        if (claim.WorkingSet is not { Excludes: true } files) return;
        foreach (var other in root.Active.Values.Where(c => c != known))
        {
            var theirs = other.Claim.AsOf(one.At).WorkingSet;
            if (theirs is { Excludes: true } && theirs.Paths.Intersect(files.Paths).Any())
                fail($"{known} and {other} change the same file.");
        }
    }

    private void End(KnownRoot root, ClaimEvent one, Claim claim)
    {
        if (!root.Active.Remove(claim.Id.Value, out var known))
        {
            fail($"{root.Label}@{claim.FencingToken.Value} ends without being active.");
            return;
        }

        var isOver = one.At >= known.Claim.ExpiresAt;
        if (claim.Status == ClaimStatus.Active) fail($"{known} ends and stays active.");
        if (claim.Status == ClaimStatus.Expired && !isOver) fail($"{known} expires before its time.");
        if (claim.Status != ClaimStatus.Expired && isOver) fail($"{known} was over, and still it was {claim.Status}.");
        known.Claim = claim;
    }

    private void Skip(KnownRoot root, ClaimEvent one, RunSkipped skipped)
    {
        if (!_claims.TryGetValue(skipped.BlockedBy.Id.Value, out var known) || known.Root != root)
        {
            fail($"{root.Label}#{one.Sequence} is in the way of a claim that never was.");
            return;
        }

        var grace = TimeSpan.FromSeconds(Cast.GraceSecondsOf(one.OrgId));
        if (known.Claim.Status is not (ClaimStatus.Active or ClaimStatus.Expired))
            fail($"{known} is {known.Claim.Status}, and still it is in the way.");
        else if (one.At >= known.Claim.ExpiresAt + grace)
            fail($"{known} has run out at {Seconds(known.Claim.ExpiresAt)}, and still it is in the way.");
    }

    private KnownClaim? ActiveAt(KnownRoot root, ClaimEvent one, ClaimId id)
    {
        if (!root.Active.TryGetValue(id.Value, out var known))
            fail($"{root.Label}#{one.Sequence} changes a claim that is not active.");
        else if (one.At >= known.Claim.ExpiresAt)
            fail($"{known} has run out at {Seconds(known.Claim.ExpiresAt)}, and then it is changed.");
        return known;
    }

    private void Place(KnownRoot root, ClaimEvent one, Hold hold)
    {
        TakeToken(root, hold.FencingToken);
        var known = new KnownHold(root, hold);
        foreach (var other in root.Blocking.Values)
        {
            if (other.Hold.Window.StartsAt < hold.Window.EndsAt && hold.Window.StartsAt < other.Hold.Window.EndsAt)
                fail($"{known} is placed over {other}.");
        }

        if (hold.ExpiresAt <= one.At) fail($"{known} lapses before it begins.");
        _holds[hold.Id.Value] = root.Blocking[hold.Id.Value] = known;
    }

    private void Confirm(KnownRoot root, ClaimEvent one, Hold hold)
    {
        if (!root.Blocking.TryGetValue(hold.Id.Value, out var known) || known.Hold.Status != HoldStatus.Held)
        {
            fail($"{root.Label}#{one.Sequence} confirms a hold that does not wait for it.");
            return;
        }

        if (one.At >= known.Hold.ExpiresAt) fail($"{known} had lapsed, and then it is confirmed.");
        known.Hold = hold;
        known.WasConfirmed = true;
    }

    private void EndHold(KnownRoot root, ClaimEvent one, Hold hold)
    {
        if (!root.Blocking.Remove(hold.Id.Value, out var known))
        {
            fail($"{root.Label}#{one.Sequence} ends a hold that does not block.");
            return;
        }

        if (hold.IsBlocking) fail($"{known} ends and goes on blocking.");
        if (hold.Status == HoldStatus.Lapsed && !(one.At >= known.Hold.ExpiresAt)) fail($"{known} lapses before its time.");
        known.Hold = hold;
    }

    private void TakeToken(KnownRoot root, FencingToken token)
    {
        if (token.Value <= root.LastToken) fail($"{root.Label}: token {token.Value} comes after {root.LastToken}.");
        root.LastToken = token.Value;
    }

    /// <summary>After each batch no workspace uses more than its plan has, counted by the time of the batch.</summary>
    private void CheckPlans(List<ClaimEvent> events)
    {
        foreach (var one in events)
        {
            if (one.Fact is not (ClaimGranted or HoldHeld or HoldConfirmed { WasHeld: false })) continue;
            if (Cast.ActiveClaimsMaxOf(one.OrgId) is not { } max) continue;
            var org = one.OrgId;
            var claims = _roots.Values.SelectMany(r => r.Active.Values)
                .Count(c => c.Claim.OrgId == org && c.Claim.ExpiresAt > one.At);
            var holds = _roots.Values.SelectMany(r => r.Blocking.Values).Select(h => h.Hold)
                .Count(h => h.OrgId == org && h.Window.EndsAt > one.At && !(h.ExpiresAt <= one.At));
            if (claims + holds > max) fail($"{claims + holds} are active, and the plan has {max}.");
        }
    }

    private static string Describe(ClaimFact fact) => fact switch
    {
        ClaimGranted { Claim: var c } => $"{c.Resource}@{c.FencingToken.Value} by {c.AgentName} until {Seconds(c.ExpiresAt)}",
        ClaimExtended { Claim: var c } => $"@{c.FencingToken.Value} until {Seconds(c.ExpiresAt)}",
        ClaimReleased { Claim: var c } => $"@{c.FencingToken.Value}",
        ClaimExpired { Claim: var c } => $"@{c.FencingToken.Value}",
        ClaimPreempted { Claim: var c } => $"@{c.FencingToken.Value}",
        ClaimRevoked { Claim: var c } => $"@{c.FencingToken.Value}",
        WorkingSetChanged { Claim: var c } => $"@{c.FencingToken.Value}",
        RunSkipped s => $"{s.Resource} for {s.Caller.AgentName}",
        HoldHeld { Hold: var h } => $"@{h.FencingToken.Value}",
        HoldConfirmed { Hold: var h } => $"@{h.FencingToken.Value}",
        HoldLapsed { Hold: var h } => $"@{h.FencingToken.Value}",
        HoldReleased { Hold: var h } => $"@{h.FencingToken.Value}",
        HoldPreempted { Hold: var h } => $"@{h.FencingToken.Value}",
        HoldRevoked { Hold: var h } => $"@{h.FencingToken.Value}",
        _ => "",
    };

    public static string Seconds(DateTimeOffset at) =>
        FormattableString.Invariant($"{(at - Worlds.WorldTime.Beginning).TotalSeconds:F3}");
}
