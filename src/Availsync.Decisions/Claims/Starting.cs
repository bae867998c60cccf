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
        var caller = command.Caller;
        var obstacle = Obstacles.First(state, command.Resource, context.Now, command.ExpiryGraceSeconds);
        var blocking = obstacle is null ? null : BlockingClaim.Of(obstacle.Claim, caller.AgentId);
        if (command.Mode == ArbitrationMode.Observe)
        {
            return Decision.Of(
                new Outcome.Observed(blocking, obstacle?.Until),
                new RunObserved(caller, command.Resource, blocking));
        }

        if (obstacle is not null)
        {
            return Decision.Of(
                new Outcome.Skipped(blocking!, obstacle.Until),
                new RunSkipped(caller, command.Resource, blocking!));
        }

        var isProtected = state.Resources.ContainsKey(command.Resource);
        if (PlanRoom.Refuse(command, context.Room, isProtected) is { } refusal) return Decision.Of(refusal);
        var claim = NewClaim(state, command, context);
        return Decision.Of(
            new Outcome.Granted(claim),
            new ClaimGranted(claim, ProtectsResource: !isProtected && !claim.IsRehearsal));
    }

    public static Outcome Check(RootState state, CheckRun command, DateTimeOffset now)
    {
        var obstacle = Obstacles.First(state, command.Resource, now, command.ExpiryGraceSeconds);
        var blocking = obstacle is null ? null : BlockingClaim.Of(obstacle.Claim, command.Caller.AgentId);
        return new Outcome.Checked(command.Mode, blocking, obstacle?.Until);
    }

    private static Claim NewClaim(RootState state, StartRun command, DecisionContext context) => new(
        context.FreshId,
        command.Caller.OrgId,
        command.Caller.AgentId,
        command.Caller.AgentName,
        state.Resources.GetValueOrDefault(command.Resource)?.Resource ?? command.Resource,
        ClaimStatus.Active,
        command.Priority,
        command.Reason,
        command.AgentType,
        StartedAt: context.Now,
        ExpiresAt: context.Now + command.Duration.Span,
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
