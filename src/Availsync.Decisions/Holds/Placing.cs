using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// Whoever has a window keeps it, unless the workspace lets a strictly higher priority displace. A conflict is told
/// before a limit of the plan.
/// </summary>
internal static class Placing
{
    /// <summary>So many of the holds in the way are shown: one sees who it is, and an answer stays small.</summary>
    public const int ConflictsMax = 20;

    /// <summary>How far ahead a window may begin.</summary>
    private const int YearsMax = 1;

    public static Decision Place(RootState state, PlaceHold command, DecisionContext context)
    {
        if (context.CallerEnded) return Decision.Of(new Outcome.Forbidden("The agent is disabled or deleted."));
        if (WhyNotAt(command.Window, context.Now) is { } mistake) return Decision.Of(mistake);
        var inTheWay = InTheWay(state, command.Window);
        var displaced = Displaces(command, inTheWay, context.Now) ? inTheWay : [];
        var blocking = displaced.Count > 0 ? [] : inTheWay;
        var first = blocking.Count == 0 ? null : BlockingHold.Of(blocking[0]);
        if (command.Mode == ArbitrationMode.Observe)
        {
            return Decision.Of(
                new Outcome.HoldObserved(Shown(blocking), Alternatives(state, command, blocking, context.Now)),
                new HoldObserved(command.Caller, command.Resource, command.Window, first));
        }

        if (first is not null)
        {
            return Decision.Of(
                new Outcome.HoldBlocked(Shown(blocking), Alternatives(state, command, blocking, context.Now)),
                new HoldBlocked(command.Caller, command.Resource, command.Window, first));
        }

        if (PlanRoom.Refuse(command, context.Room, displaced.Count) is { } refusal) return Decision.Of(refusal);
        var hold = NewHold(state, command, context);
        return new Decision(
            new Outcome.HoldPlaced(hold),
            [
                .. displaced.Select(h => Preempt(h, by: hold)),
                hold.Status == HoldStatus.Held ? new HoldHeld(hold) : new HoldConfirmed(hold, WasHeld: false),
            ]);
    }

    public static Outcome Check(RootState state, CheckAvailability command, DateTimeOffset now)
    {
        if (WhyNotAt(command.Window, now) is { } mistake) return mistake;
        var inTheWay = InTheWay(state, command.Window);
        return new Outcome.AvailabilityChecked(Shown(inTheWay), Alternatives(state, command, inTheWay, now));
    }

    /// <summary>
    /// What is wrong with the window at this moment. It is said here and not at the door, so that the repeat of a
    /// request that was answered in time is not refused for coming later.
    /// </summary>
    private static Outcome.Invalid? WhyNotAt(HoldWindow window, DateTimeOffset now)
    {
        if (window.StartsAt < now - RootState.HoldStartTolerance)
            return new Outcome.Invalid("starts_at", "Must not be in the past.");
        if (window.EndsAt <= now) return new Outcome.Invalid("ends_at", "Must not be in the past.");
        return window.StartsAt > now.AddYears(YearsMax)
            ? new Outcome.Invalid("starts_at", "Must be at most a year ahead.")
            : null;
    }

    private static List<Hold> InTheWay(RootState state, HoldWindow window) =>
        [.. state.Holds.Values.Where(h => h.IsBlocking && h.Window.Overlaps(window)).OrderBy(h => h.Window.StartsAt)];

    /// <summary>All of them or none: a window is not had in part. What is over already cannot be displaced.</summary>
    private static bool Displaces(PlaceHold command, List<Hold> inTheWay, DateTimeOffset now) =>
        command.Arbitration == ArbitrationRule.PreemptLower
        && inTheWay.TrueForAll(h => h.Priority < command.Priority && now < h.Window.EndsAt);

    private static HoldPreempted Preempt(Hold hold, Hold by)
    {
        var winner = BlockingHold.Of(by);
        return new HoldPreempted(hold with { Status = HoldStatus.Preempted, PreemptedBy = winner }, winner);
    }

    private static IReadOnlyList<Hold> Shown(List<Hold> holds) => [.. holds.Take(ConflictsMax)];

    /// <summary>Nobody looks for another window where this one is free.</summary>
    private static IReadOnlyList<HoldWindow> Alternatives(
        RootState state, WindowCommand command, List<Hold> inTheWay, DateTimeOffset now)
    {
        if (inTheWay.Count == 0) return [];
        var from = command.Window.StartsAt > now ? command.Window.StartsAt : now;
        var taken = state.Holds.Values.Where(h => h.IsBlocking).Select(h => h.Window);
        return FreeWindows.Find(taken, command.Window.MovedTo(from), startsBy: now.AddYears(YearsMax));
    }

    private static Hold NewHold(RootState state, PlaceHold command, DecisionContext context)
    {
        var expiresAt = command.TtlSeconds is { } ttl
            ? Earlier(context.Now.AddSeconds(ttl), command.Window.EndsAt)
            : (DateTimeOffset?)null;
        return new Hold(
            command.IsPreview ? default : new HoldId(context.FreshId.Value),
            command.Caller.OrgId,
            command.Caller.AgentId,
            command.Caller.AgentName,
            command.Resource,
            expiresAt is null ? HoldStatus.Confirmed : HoldStatus.Held,
            command.Priority,
            command.Reason,
            command.Window,
            expiresAt,
            command.IsPreview ? default : state.LastToken.Next(),
            CreatedAt: context.Now,
            command.Metadata);
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
