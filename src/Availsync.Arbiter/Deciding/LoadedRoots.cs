using System.Collections.Immutable;
using System.Text.Json;
using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Waiting;
using Availsync.Contracts;
using Availsync.Decisions;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// The roots that one batch decides on: taken from memory where they are known, else read. Changes stay here until the
/// commit; then memory takes them over.
/// </summary>
internal sealed class LoadedRoots(ArbiterDbContext context, Fence fence, PlanRooms rooms)
{
    private static readonly Comparer<Waiter> TurnOrder =
        Comparer<Waiter>.Create((one, other) => one == other ? 0 : one.GoesBefore(other) ? -1 : 1);

    private readonly Dictionary<string, LoadedRoot> _roots = [];
    private readonly Dictionary<ClaimId, string> _rootOfClaim = [];
    private readonly Dictionary<ClaimId, Claim> _read = [];
    private readonly Dictionary<int, List<ClaimEvent>> _events = [];
    private NamedHolds _holds = new();

    /// <summary>The starts that wait on the roots.</summary>
    public IEnumerable<StartRun> Waiting =>
        _roots.Values.SelectMany(r => r.Before.Queue).Where(w => w.Answer is null).Select(w => w.Request);

    /// <summary>The calls that can fetch an answer since this batch.</summary>
    public IReadOnlyList<Guid> Answered => [.. _roots.Values.Where(r => r.HasChanged).SelectMany(AnsweredOf)];

    /// <summary>When the clock may next make somebody's turn on the roots.</summary>
    public IEnumerable<QueueTurn> Turns
    {
        get
        {
            foreach (var (key, root) in _roots)
            {
                if (root.State.NextTurn(fence.Now) is { } at)
                    yield return new QueueTurn(key, root.Partition, root.State.OrgId, root.State.Root, at);
            }
        }
    }

    public async Task LoadAsync(IReadOnlyList<PendingCommand> commands, RecordedAnswers repeats)
    {
        var wanted = new Dictionary<string, WantedRoot>();
        foreach (var command in commands)
        {
            if (NamedRoot(command.Command) is not { } root) continue;
            wanted.TryAdd(RootKey.Of(root.OrgId, root.Root), new WantedRoot(command.Partition, root.OrgId, root.Root));
        }

        var named = commands.Where(c => c.Command is ClaimCommand)
            .ToLookup(c => ((ClaimCommand)c.Command).ClaimId, c => c.Partition);
        var claims = await FindClaimsAsync(named.Select(n => n.Key).Concat(repeats.NamedClaims).ToHashSet(), wanted);
        foreach (var row in claims)
        {
            var claim = row.ToClaim();
            _read[claim.Id] = claim;
            _rootOfClaim[claim.Id] = row.RootId;
            if (named[claim.Id].Any())
                wanted.TryAdd(row.RootId, new WantedRoot(named[claim.Id].First(), row.OrgId, claim.Resource.Root));
        }

        await FindHoldsAsync(commands, repeats, wanted);
        await LoadRootsAsync(wanted);
        foreach (var claim in _read.Values) AddEnded(claim);
        foreach (var (root, hold) in _holds.Read) AddEnded(root, hold);
    }

    /// <summary>Decides one command against its root and applies what follows.</summary>
    public Decision Decide(PendingCommand pending, DateTimeOffset now, IReadOnlySet<Guid> endedAgents)
    {
        var key = pending.Command switch
        {
            ClaimCommand claim => _rootOfClaim.GetValueOrDefault(claim.ClaimId),
            PlacedHoldCommand hold => _holds.RootOf(hold.HoldId),
            _ => NamedRoot(pending.Command) is { } named ? RootKey.Of(named.OrgId, named.Root) : null,
        };
        var root = key is null ? null : _roots[key];
        var state = root?.State ?? RootState.Unclaimed(Guid.Empty, "");
        var freshId = ClaimId.Create(now, pending.Command.Slot);
        var callerEnded = EndedAgents.CallerOf(pending.Command) is { } caller && endedAgents.Contains(caller.AgentId);
        var context = new DecisionContext(now, freshId, callerEnded, rooms.Of(state.OrgId)) { EndedAgents = endedAgents };
        var decision = Arbitration.Decide(state, pending.Command, context);
        foreach (var fact in decision.Facts) Apply(root!, fact, pending, now);
        if (decision.Queue is not null) root!.State = root.State with { Queue = decision.Queue };
        rooms.Move(state.OrgId, decision.Facts);
        return decision;
    }

    /// <summary>What a claim is by now; null where it is unknown.</summary>
    public ClaimStatus? Status(ClaimId id, DateTimeOffset now)
    {
        if (_rootOfClaim.TryGetValue(id, out var key) && _roots.TryGetValue(key, out var root)
            && root.State.Claims.TryGetValue(id, out var claim))
        {
            return claim.AsOf(now).Status;
        }

        return _read.TryGetValue(id, out var found) ? found.AsOf(now).Status : null;
    }

    /// <summary>What a hold is by now; null where it is unknown.</summary>
    public HoldStatus? Status(HoldId id, DateTimeOffset now)
    {
        var root = _holds.RootOf(id) is { } key ? _roots.GetValueOrDefault(key) : null;
        var hold = root?.State.Holds.GetValueOrDefault(id) ?? _holds.Find(id);
        return hold?.AsOf(now).Status;
    }

    /// <summary>Adds what has changed to the context.</summary>
    public void Write()
    {
        foreach (var root in _roots.Values) RootWriter.Write(context, root.Before, root.State, root.IsStored);
        foreach (var (partition, events) in _events)
        {
            context.EventBatches.Add(new EventBatchRow
            {
                PartitionId = partition,
                Events = JsonSerializer.Serialize(events),
            });
        }
    }

    /// <summary>After the commit: memory takes over what was written.</summary>
    public void Keep(int rootsMax)
    {
        foreach (var (key, root) in _roots.Where(r => r.Value.IsStored || r.Value.HasChanged))
            Keep(fence.Of(root.Partition), key, root, rootsMax);
    }

    private void Keep(OwnedPartition partition, string key, LoadedRoot root, int rootsMax)
    {
        partition.Keep(key, root.State.WithoutEnded(fence.Now), rootsMax);
        if (root.HasChanged) partition.Count(root.Before, root.State);
    }

    private static (Guid OrgId, string Root)? NamedRoot(Command command) => command switch
    {
        StartRun start => (start.Caller.OrgId, start.Resource.Root),
        CheckRun check => (check.Caller.OrgId, check.Resource.Root),
        LeaveQueue leave => (leave.OrgId, leave.Resource.Root),
        ServeQueue serve => (serve.OrgId, serve.Root),
        WindowCommand window => (window.Caller.OrgId, window.Resource.Root),
        _ => null,
    };

    /// <summary>Reads the claims that memory does not know; the roots of those it knows are wanted.</summary>
    private async Task<List<ClaimRow>> FindClaimsAsync(HashSet<ClaimId> ids, Dictionary<string, WantedRoot> wanted)
    {
        var unknown = new List<Guid>();
        foreach (var id in ids)
        {
            if (fence.FindRoot(id) is not var (partition, key))
            {
                unknown.Add(id.Value);
                continue;
            }

            var state = partition.Find(key)!;
            _rootOfClaim[id] = key;
            wanted.TryAdd(key, new WantedRoot(partition.Id, state.OrgId, state.Root));
        }

        return unknown.Count == 0
            ? []
            : await context.Claims.AsNoTracking().Where(c => unknown.Contains(c.Id)).ToListAsync();
    }

    /// <summary>The same for holds.</summary>
    private async Task FindHoldsAsync(
        IReadOnlyList<PendingCommand> commands, RecordedAnswers repeats, Dictionary<string, WantedRoot> wanted)
    {
        var named = commands.Where(c => c.Command is PlacedHoldCommand)
            .ToLookup(c => ((PlacedHoldCommand)c.Command).HoldId, c => c.Partition);
        var ids = named.Select(n => n.Key).Concat(repeats.NamedHolds).ToHashSet();
        _holds = await NamedHolds.FindAsync(context, fence, ids, Want);
        foreach (var (_, hold) in _holds.Read)
        {
            if (named[hold.Id].Any()) Want(named[hold.Id].First(), hold.OrgId, hold.Resource.Root);
        }

        void Want(int partition, Guid orgId, string root) =>
            wanted.TryAdd(RootKey.Of(orgId, root), new WantedRoot(partition, orgId, root));
    }

    private async Task LoadRootsAsync(Dictionary<string, WantedRoot> wanted)
    {
        foreach (var (key, root) in wanted)
        {
            if (fence.Of(root.Partition).Find(key) is { } state)
                _roots[key] = new LoadedRoot(root.Partition, state, isStored: true);
        }

        var missing = wanted.Keys.Where(k => !_roots.ContainsKey(k)).ToList();
        if (missing.Count == 0) return;
        var rows = await context.Roots.AsNoTracking().Where(r => missing.Contains(r.Id)).ToDictionaryAsync(r => r.Id);
        var stored = rows.Keys.ToList();
        var claims = stored.Count == 0 ? [] : await ReadLiveAsync(stored);
        var resources = stored.Count == 0 ? [] : await context.Resources.AsNoTracking()
            .Where(r => stored.Contains(r.RootId)).ToListAsync();
        var waiters = stored.Count == 0 ? [] : await context.Waiters.AsNoTracking()
            .Where(w => stored.Contains(w.RootId)).ToListAsync();
        var waitersOf = waiters.ToLookup(w => w.RootId, w => w.ToWaiter());
        var holdsOf = (await ReadBlockingAsync([.. stored.Where(k => HoldResource.IsRoot(wanted[k].Root))]))
            .ToLookup(h => h.RootId);
        var claimsOf = claims.ToLookup(c => c.RootId);
        var resourcesOf = resources.ToLookup(r => r.RootId);
        foreach (var key in missing)
        {
            var root = wanted[key];
            var state = RootState.Unclaimed(root.OrgId, root.Root);
            var isStored = rows.TryGetValue(key, out var row);
            if (row is not null)
            {
                state = state with
                {
                    LastToken = new FencingToken(row.LastToken),
                    LastSequence = row.LastSequence,
                    Claims = claimsOf[key].Select(c => c.ToClaim()).ToImmutableDictionary(c => c.Id),
                    Resources = resourcesOf[key].ToImmutableDictionary(
                        r => StoredNames.Resource(r.ShownAs),
                        r => new ResourceState(StoredNames.Resource(r.ShownAs), r.ProtectedAt, r.LastClaimedAt)),
                    Queue = [.. waitersOf[key].Order(TurnOrder)],
                    Holds = holdsOf[key].Select(h => h.ToHold()).ToImmutableDictionary(h => h.Id),
                };
            }

            _roots[key] = new LoadedRoot(root.Partition, state, isStored);
        }
    }

    /// <summary>The active claims, and the leases that ran out so lately that they may be in somebody's way.</summary>
    private Task<List<ClaimRow>> ReadLiveAsync(List<string> roots)
    {
        var lately = fence.Now - RootState.ExpiryGraceMax;
        return context.Claims.AsNoTracking()
            .Where(c => roots.Contains(c.RootId)
                && (c.Status == StoredNames.Active || (c.Status == StoredNames.Expired && c.ExpiresAt > lately)))
            .ToListAsync();
    }

    /// <summary>The holds that block and whose window is not over, or only just.</summary>
    private async Task<List<HoldRow>> ReadBlockingAsync(List<string> roots)
    {
        if (roots.Count == 0) return [];
        var lately = fence.Now - RootState.HoldStartTolerance;
        return await context.Holds.AsNoTracking()
            .Where(h => roots.Contains(h.RootId) && h.EndsAt > lately
                && (h.Status == HoldRow.Held || h.Status == HoldRow.Confirmed))
            .ToListAsync();
    }

    /// <summary>
    /// A claim that has ended is no part of a root's live state; a command that names it needs it once more.
    /// </summary>
    private void AddEnded(Claim claim)
    {
        var key = _rootOfClaim[claim.Id];
        if (claim.Status == ClaimStatus.Active || !_roots.TryGetValue(key, out var root)) return;
        var state = root.State with { Claims = root.State.Claims.SetItem(claim.Id, claim) };
        _roots[key] = new LoadedRoot(root.Partition, state, root.IsStored);
    }

    /// <summary>The same for a hold.</summary>
    private void AddEnded(string key, Hold hold)
    {
        if (!_roots.TryGetValue(key, out var root) || root.State.Holds.ContainsKey(hold.Id)) return;
        var state = root.State with { Holds = root.State.Holds.SetItem(hold.Id, hold) };
        _roots[key] = new LoadedRoot(root.Partition, state, root.IsStored);
    }

    private void Apply(LoadedRoot root, ClaimFact fact, PendingCommand cause, DateTimeOffset now)
    {
        root.State = Arbitration.Evolve(root.State, fact);
        if (fact is ClaimGranted granted)
            _rootOfClaim[granted.Claim.Id] = RootKey.Of(root.State.OrgId, root.State.Root);
        if (fact is HoldHeld { Hold: var held }) _holds.Add(held);
        if (fact is HoldConfirmed { Hold: var confirmed }) _holds.Add(confirmed);
        if (!_events.TryGetValue(root.Partition, out var events)) _events[root.Partition] = events = [];
        var state = root.State;
        var (requestId, personId) = Origin.Of(fact, cause, state.Queue);
        events.Add(new ClaimEvent(
            Guid.CreateVersion7(now), state.OrgId, state.Root, state.LastSequence, now, requestId, fact)
        {
            PersonId = personId,
        });
    }

    private static IEnumerable<Guid> AnsweredOf(LoadedRoot root)
    {
        var known = root.Before.Queue.Where(w => w.Answer is not null).Select(w => w.Ticket).ToHashSet();
        return root.State.Queue.Where(w => w.Answer is not null && !known.Contains(w.Ticket))
            .Select(w => w.Request.Wait!.Attendance);
    }

    private sealed class LoadedRoot(int partition, RootState state, bool isStored)
    {
        public int Partition { get; } = partition;

        public RootState Before { get; } = state;

        public RootState State { get; set; } = state;

        public bool IsStored { get; } = isStored;

        public bool HasChanged => !ReferenceEquals(Before, State);
    }

    private sealed record WantedRoot(int Partition, Guid OrgId, string Root);
}
