using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// How much of its plan a workspace uses, by the true count at the time of the decision. Leases that have run out by
/// then are not counted, whether or not their end has been written down.
/// </summary>
/// <param name="ActiveClaims">Claims that hold something, rehearsals excepted, and holds that block.</param>
/// <param name="ProtectedResources">Resources that have been claimed in enforce mode.</param>
public sealed record PlanRoom(long ActiveClaims, long ProtectedResources)
{
    /// <summary>
    /// Whether deciding this command depends on the room: for a start or a hold that would be granted something, and
    /// only where the plan has a bound. Whoever decides such a command has to bring the count.
    /// </summary>
    public static bool IsNeededFor(Command command) => command switch
    {
        StartRun { Mode: ArbitrationMode.Enforce, IsRehearsal: false, Plan.Limits: var limits } =>
            limits.ActiveClaims is not null || limits.ProtectedResources is not null,
        PlaceHold { Mode: ArbitrationMode.Enforce, Plan.Limits.ActiveClaims: not null } => true,
        _ => false,
    };

    /// <summary>
    /// Whether this command may move the count of its workspace: whatever grants, extends or ends, and whatever may
    /// find that a lease has run out. Whoever decides one must not do so beside another who counts.
    /// </summary>
    public static bool MayBeMovedBy(Command command) =>
        command is StartRun { Mode: ArbitrationMode.Enforce } or ClaimCommand or LeaveQueue or ServeQueue
            or PlaceHold { Mode: ArbitrationMode.Enforce, IsPreview: false } or PlacedHoldCommand;

    /// <summary>The count after <paramref name="facts"/> of the same workspace and the same moment.</summary>
    public PlanRoom After(IEnumerable<ClaimFact> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Aggregate(this, (room, fact) => fact switch
        {
            ClaimGranted { Claim.IsRehearsal: false } granted => new PlanRoom(
                room.ActiveClaims + 1, room.ProtectedResources + (granted.ProtectsResource ? 1 : 0)),
            ClaimReleased { Claim.IsRehearsal: false }
                or ClaimRevoked { Claim.IsRehearsal: false }
                or ClaimPreempted { Claim.IsRehearsal: false } => room with { ActiveClaims = room.ActiveClaims - 1 },
            HoldHeld or HoldConfirmed { WasHeld: false } => room with { ActiveClaims = room.ActiveClaims + 1 },
            HoldReleased or HoldRevoked or HoldPreempted => room with { ActiveClaims = room.ActiveClaims - 1 },
            _ => room, // What has expired or lapsed has not been counted in the first place.
        });
    }

    /// <summary>
    /// Why the plan refuses a start whose way is free; null where it does not. A plan that was lowered ends nothing: it
    /// only refuses what is new.
    /// </summary>
    /// <exception cref="BrokenInvariantException">The plan has a bound and nobody has counted.</exception>
    internal static Outcome.PlanLimitReached? Refuse(StartRun start, PlanRoom? room, bool isProtected)
    {
        if (!IsNeededFor(start)) return null;
        if (room is null) throw new BrokenInvariantException("A bounded plan is decided on without its count.");
        var plan = start.Plan!;
        if (plan.Limits.ActiveClaims is { } claims && room.ActiveClaims >= claims)
            return new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, room.ActiveClaims, claims, plan);
        if (!isProtected && plan.Limits.ProtectedResources is { } resources && room.ProtectedResources >= resources)
            return new Outcome.PlanLimitReached(PlanLimit.ProtectedResources, room.ProtectedResources, resources, plan);
        return null;
    }

    /// <summary>The same for a hold whose window is free, or becomes so by displacing others: that makes room.</summary>
    /// <exception cref="BrokenInvariantException">The plan has a bound and nobody has counted.</exception>
    internal static Outcome.PlanLimitReached? Refuse(PlaceHold hold, PlanRoom? room, int displaced)
    {
        if (!IsNeededFor(hold)) return null;
        if (room is null) throw new BrokenInvariantException("A bounded plan is decided on without its count.");
        var plan = hold.Plan!;
        var max = plan.Limits.ActiveClaims!.Value;
        return displaced == 0 && room.ActiveClaims >= max
            ? new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, room.ActiveClaims, max, plan)
            : null;
    }
}
