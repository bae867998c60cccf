using System.Collections.Immutable;
using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>
/// The queue of a root. It is served in the same step as whatever ended a claim: by the decision itself, before anybody
/// else is decided on.
/// </summary>
internal static class Queueing
{
    /// <summary>More do not wait on one root; who comes then is answered at once.</summary>
    public const int LengthMax = 1000;

    /// <summary>
    /// Added to what a caller wishes to wait, so that its own last question comes while it still counts as present.
    /// </summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>Lets everybody go whose turn it is, and drops what is over.</summary>
    public static (RootState State, IReadOnlyList<ClaimFact> Facts) Serve(RootState state, DecisionContext context)
    {
        if (state.Queue.IsEmpty) return (state, []);
        var facts = new List<ClaimFact>();
        state = Drop(Reconsidered(state), context.Now, facts);
        // Whoever goes may free the way of one that was passed over, by displacing a claim or by showing that a grace is
        // not needed: then from the front again.
        while (ServeNext(ref state, context, facts))
        {
        }

        return (state, facts);
    }

    /// <summary>Answers that nobody could fetch while nobody served the root are kept a little longer.</summary>
    public static RootState Keep(RootState state, DateTimeOffset now) => state with
    {
        Queue = [.. state.Queue.Select(w => w.Answer is null ? w : w with { AnswerUntil = now + Waiter.AnswerKeptFor })],
    };

    /// <summary>The place that a start has by its ticket, or by its idempotency key; null for none.</summary>
    public static Waiter? Find(RootState state, StartRun request) => request.Wait is not { } wait ? null
        : state.Queue.Find(w => w.Request.Caller.AgentId == request.Caller.AgentId
            && w.Request.Resource.Equals(request.Resource)
            && (w.Ticket == wait.Ticket || (wait.Repeat is not null && wait.Repeat == w.Request.Wait?.Repeat)));

    /// <summary>The place of a start: the one it has, or a new one at the end of those with its head start.</summary>
    public static Waiter Place(RootState state, StartRun request, DecisionContext context)
    {
        var present = context.Now + (request.Wait is { Seconds: > 0 and var seconds }
            ? TimeSpan.FromSeconds(seconds) + Slack
            : TimeSpan.Zero);
        if (Find(state, request) is not { } known)
            return NewPlace(state, request, context, present);
        var onlyAsks = request.Wait!.Seconds > 0 && known.IsWaiting(context.Now)
            && known.Request.Wait!.Attendance == request.Wait.Attendance;
        return onlyAsks
            ? known with { Request = request with { Wait = known.Request.Wait } }
            : known with { Request = request, PresentUntil = present };
    }

    private static Waiter NewPlace(
        RootState state, StartRun request, DecisionContext context, DateTimeOffset present)
    {
        var number = state.Queue.IsEmpty ? 1 : state.Queue.Max(w => w.Number) + 1;
        return new Waiter(context.FreshId.Value, request, context.Now, number, present);
    }

    /// <summary>The queue with this place in it, where its turn puts it.</summary>
    public static ImmutableList<Waiter> With(ImmutableList<Waiter> queue, Waiter place)
    {
        var others = Without(queue, place);
        var index = others.FindIndex(place.GoesBefore);
        return others.Insert(index < 0 ? others.Count : index, place);
    }

    public static ImmutableList<Waiter> Without(ImmutableList<Waiter> queue, Waiter place) =>
        queue.RemoveAll(w => w.Ticket == place.Ticket);

    /// <summary>What its holder is told of a place in <paramref name="queue"/>; answered ones have left it.</summary>
    public static QueuePlace Tell(ImmutableList<Waiter> queue, Waiter place)
    {
        var waiting = queue.FindAll(w => w.Answer is null);
        return new QueuePlace(
            place.Ticket, waiting.FindIndex(w => w.Ticket == place.Ticket) + 1, waiting.Count, place.KeptUntil);
    }

    public static Decision Leave(RootState state, LeaveQueue command, DateTimeOffset now)
    {
        var place = state.Queue.Find(w => w.Request.Caller.AgentId == command.Caller.AgentId
            && w.Request.Wait?.Attendance == command.Attendance);
        if (place is null) return Decision.Of(new Outcome.QueueLeft());
        return Decision.Of(new Outcome.QueueLeft(), [.. Released(state, place, now)]) with
        {
            Queue = Without(state.Queue, place),
        };
    }

    private static bool ServeNext(ref RootState state, DecisionContext context, List<ClaimFact> facts)
    {
        var nobodyDisplaces = !state.Queue.Exists(w => w.Request.PreemptsLower);
        foreach (var waiter in state.Queue)
        {
            if (!waiter.IsWaiting(context.Now)) continue;
            var turn = context.After(facts) with
            {
                CallerEnded = context.EndedAgents.Contains(waiter.Request.Caller.AgentId),
            };
            if (Starting.Go(state, waiter, turn) is not { } going)
            {
                // Whoever waits for a whole root is in the way of all behind it, so there is no need to look at them.
                if (nobodyDisplaces && waiter.Request.Resource.IsWholeRoot) return false;
                continue;
            }

            var answered = waiter with { Answer = going.Outcome, AnswerUntil = context.Now + Waiter.AnswerKeptFor };
            state = going.Facts.Aggregate(state, Arbitration.Evolve);
            state = state with { Queue = state.Queue.Replace(waiter, answered) };
            facts.AddRange(going.Facts);
            return true;
        }

        return false;
    }

    /// <summary>A grant that was ended by others before it was fetched is not told as one.</summary>
    private static RootState Reconsidered(RootState state)
    {
        foreach (var waiter in state.Queue)
        {
            if (waiter.Answer is not Outcome.Granted { Claim.Id: var id }) continue;
            if (!state.Claims.TryGetValue(id, out var claim) || claim.Status == ClaimStatus.Active) continue;
            var ended = new Outcome.ClaimNotActive(id, claim.Status, claim.PreemptedBy);
            state = state with { Queue = state.Queue.Replace(waiter, waiter with { Answer = ended }) };
        }

        return state;
    }

    private static RootState Drop(RootState state, DateTimeOffset now, List<ClaimFact> facts)
    {
        foreach (var waiter in state.Queue.Where(w => now >= w.KeptUntil))
        {
            var released = Released(state, waiter, now).ToList();
            facts.AddRange(released);
            state = released.Aggregate(state, Arbitration.Evolve);
            state = state with { Queue = Without(state.Queue, waiter) };
        }

        return state;
    }

    private static IEnumerable<ClaimFact> Released(RootState state, Waiter place, DateTimeOffset now)
    {
        if (place.Answer is not Outcome.Granted granted) yield break;
        if (state.Claims.TryGetValue(granted.Claim.Id, out var claim) && claim.AsOf(now).Status == ClaimStatus.Active)
            yield return new ClaimReleased(Ending.End(claim, ClaimStatus.Released, now));
    }
}
