using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// Whoever holds an active claim keeps it until it ends; a newcomer is told who holds the resource. An obstacle is told
/// before a limit of the plan.
/// </summary>
internal static class Starting
{
    public static Decision Start(RootState state, StartRun command, DecisionContext context)
    {
        if (context.CallerEnded) return Decision.Of(new Outcome.Forbidden("The agent is disabled or deleted."));
        if (command.Mode == ArbitrationMode.Observe) return Observe(state, command, context);
        if (Queueing.Find(state, command) is { Answer: not null } known)
        {
            return Decision.Of(known.Answer) with { Queue = Queueing.Without(state.Queue, known) };
        }

        var place = Queueing.Place(state, command, context);
        return Go(state, place, context) is { } going
            ? going with { Queue = Queueing.Without(state.Queue, place) }
            : Stay(state, place, context.Now);
    }

    /// <summary>Grants, or refuses for the plan, what has its way free; null where it has not.</summary>
    public static Decision? Go(RootState state, Waiter place, DecisionContext context)
    {
        var command = place.Request;
        if (context.CallerEnded) return Decision.Of(new Outcome.Forbidden("The agent is disabled or deleted."));
        var way = Way.Of(state, place, context.Now);
        if (way.Obstacle is not null) return null;
        var claim = NewClaim(state, new ClaimId(place.Ticket), command, context.Now);
        var displaced = way.Displaced.Select(c => Displace(c, claim)).ToList();
        var isProtected = state.Resources.ContainsKey(command.Resource);
        if (PlanRoom.Refuse(command, context.After(displaced).Room, isProtected) is { } refusal)
            return Decision.Of(refusal);
        return Decision.Of(
            new Outcome.Granted(claim),
            [.. displaced, new ClaimGranted(claim, ProtectsResource: !isProtected && !claim.IsRehearsal)]);
    }

    public static Outcome Check(RootState state, CheckRun command, DateTimeOffset now)
    {
        var obstacle = Obstacle(state, command, now);
        var blocking = obstacle is null ? null : BlockingClaim.Of(obstacle.Claim, command.Caller.AgentId);
        return new Outcome.Checked(command.Mode, blocking, obstacle?.Until);
    }

    /// <summary>Nothing is free: it waits where it wishes to and the queue is not full, else it is told who is first.</summary>
    private static Decision Stay(RootState state, Waiter place, DateTimeOffset now)
    {
        var command = place.Request;
        var queue = Queueing.With(state.Queue, place);
        var mayQueue = command.Wait is not null && queue.Count <= Queueing.LengthMax;
        if (mayQueue && command.Wait is { Seconds: > 0 })
        {
            var isThere = state.Queue.Contains(place);
            return Decision.Of(new Outcome.Waiting(place.Ticket)) with { Queue = isThere ? null : queue };
        }

        var obstacle = Way.Of(state, place, now).Obstacle!;
        var blocking = BlockingClaim.Of(obstacle.Claim, command.Caller.AgentId);
        var skipped = new Outcome.Skipped(blocking, obstacle.Until);
        if (Queueing.Find(state, command) is not null) // Whoever has waited keeps the place for a while.
            skipped = skipped with { Queue = Queueing.Tell(queue, place) };
        return Decision.Of(skipped, new RunSkipped(command.Caller, command.Resource, blocking)) with
        {
            Queue = skipped.Queue is null ? null : queue,
        };
    }

    private static Decision Observe(RootState state, StartRun command, DecisionContext context)
    {
        var obstacle = Way.Of(state, Queueing.Place(state, command, context), context.Now).Obstacle;
        var blocking = obstacle is null ? null : BlockingClaim.Of(obstacle.Claim, command.Caller.AgentId);
        return Decision.Of(
            new Outcome.Observed(blocking, obstacle?.Until),
            new RunObserved(command.Caller, command.Resource, blocking));
    }

    /// <summary>A check is no start, but it finds the way that a start would.</summary>
    private static Obstacle? Obstacle(RootState state, CheckRun check, DateTimeOffset now)
    {
        var start = new StartRun(
            check.Caller, check.Resource, LeaseDuration.Default, check.Priority, Reason: null, AgentType: "",
            Metadata: "", check.Mode)
        {
            ExpiryGraceSeconds = check.ExpiryGraceSeconds,
            PreemptsLower = check.PreemptsLower,
        };
        return Way.Of(state, new Waiter(Guid.Empty, start, now, long.MaxValue, now), now).Obstacle;
    }

    private static ClaimPreempted Displace(Claim claim, Claim by)
    {
        var seen = BlockingClaim.Of(by, claim.AgentId);
        return new ClaimPreempted(
            Ending.End(claim, ClaimStatus.Preempted, by.StartedAt) with { PreemptedBy = seen }, seen);
    }

    private static Claim NewClaim(RootState state, ClaimId id, StartRun command, DateTimeOffset now) => new(
        id,
        command.Caller.OrgId,
        command.Caller.AgentId,
        command.Caller.AgentName,
        state.Resources.GetValueOrDefault(command.Resource)?.Resource ?? command.Resource,
        ClaimStatus.Active,
        command.Priority,
        command.Reason,
        command.AgentType,
        StartedAt: now,
        ExpiresAt: now + command.Duration.Span,
        EndedAt: null,
        state.LastToken.Next(),
        WorkingSet: null,
        command.Metadata,
        RunOutcome: null,
        Summary: null)
    {
        IsRehearsal = command.IsRehearsal,
    };
}
