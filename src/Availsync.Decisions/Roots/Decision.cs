using System.Collections.Immutable;
using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>What a decision needs beside state and command.</summary>
/// <param name="Now">The arbiter's clock, in whole milliseconds. Never goes back within one root.</param>
/// <param name="FreshId">The id of the claim that this decision may grant.</param>
/// <param name="CallerEnded">
/// Whether the agent that asks has been disabled or deleted since it was authenticated.
/// </param>
/// <param name="Room">
/// What the workspace uses of its plan; has to be there where <see cref="PlanRoom.IsNeededFor"/> says so.
/// </param>
public sealed record DecisionContext(
    DateTimeOffset Now, ClaimId FreshId, bool CallerEnded = false, PlanRoom? Room = null)
{
    /// <summary>Of the agents that wait on the root: those that have been disabled or deleted.</summary>
    public IReadOnlySet<Guid> EndedAgents { get; init; } = ImmutableHashSet<Guid>.Empty;

    internal DecisionContext After(IReadOnlyList<ClaimFact> facts) => this with { Room = Room?.After(facts) };
}

/// <summary>What was decided, and the facts that follow from it, in order.</summary>
public sealed record Decision(Outcome Outcome, IReadOnlyList<ClaimFact> Facts)
{
    /// <summary>Who waits from now on; null where that has not changed. It is no part of a root's history.</summary>
    public ImmutableList<Waiter>? Queue { get; init; }

    internal static Decision Of(Outcome outcome, params IReadOnlyList<ClaimFact> facts) => new(outcome, facts);
}
