using Availsync.Contracts;
using CsCheck;
using static Availsync.Decisions.Tests.World;

namespace Availsync.Decisions.Tests;

/// <summary>What holds of every queue, over thousands of random arrivals, ends and departures.</summary>
public sealed class QueueProperties
{
    private const int Runs = 10_000;
    private const int StepsMax = 30;

    private static readonly string[] Resources =
        ["repo:owner/repo", "project:owner/repo#docs", "project:owner/repo#code"];

    private static readonly Gen<Move[]> Moves =
        Gen.Select(
            Gen.Int[0, 9], Gen.Int[0, 2], Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 1000]), Gen.Int[0, 40], Gen.Int[0, 5],
            (deed, resource, priority, pass, which) => new Move(deed, resource, priority, pass / 4.0, which))
        .Array[0, StepsMax];

    [Fact]
    public void The_order_of_grants_is_that_of_arrival_less_priority() => Moves.Sample(
        moves =>
        {
            var world = new World();
            var held = world.Granted(Codex, Resources[0], seconds: 80_000);
            var expected = new List<(DateTimeOffset Turn, int Number, Guid Ticket)>();
            foreach (var (number, move) in moves.Index())
            {
                // Less than a wait in all, so that everybody is there to the end.
                world.Pass(move.Pass / StepsMax * 5);
                if (move.Deed > 3)
                {
                    var start = Waiting(Claude, Resources[0], number, priority: move.Priority);
                    var ticket = world.Do<Outcome.Waiting>(start).Ticket;
                    expected.Add((world.Now.AddSeconds(-move.Priority), number, ticket));
                    world.Do<Outcome.Skipped>(Start(Codex, Resources[0], priority: move.Priority));
                    continue;
                }

                if (expected.Count == 0) continue;
                world.Do<Outcome.Ended>(Finish(held.AgentId == Codex.AgentId ? Codex : Claude, held));
                var next = expected.Min();
                expected.Remove(next);
                held = Assert.Single(world.Facts.OfType<ClaimGranted>()).Claim;
                Assert.Equal(next.Ticket, held.Id.Value);
                world.Do<Outcome.Granted>(Waiting(Claude, Resources[0], next.Number, ticket: next.Ticket));
            }
        },
        iter: Runs);

    [Fact]
    public void Nobody_waits_whose_way_is_free_nobody_is_overtaken_and_no_two_claims_conflict() => Moves.Sample(
        moves =>
        {
            var world = new World();
            var calls = new List<(StartRun Start, Guid Ticket)>();
            foreach (var (number, move) in moves.Index())
            {
                world.Pass(move.Pass);
                var before = world.Root(Resources[0]);
                var outcome = Take(world, calls, move, number);
                AssertOrderly(world, before, outcome);
            }
        },
        iter: Runs);

    private static Outcome? Take(World world, List<(StartRun Start, Guid Ticket)> calls, Move move, int number)
    {
        var start = Waiting(Claude, Resources[move.Resource], number + 1, wait: 20, priority: move.Priority) with
        {
            PreemptsLower = move.Which == 0,
            Duration = Seconds(5 + (move.Which * 5)),
            ExpiryGraceSeconds = move.Which,
        };
        var holding = world.Root(Resources[0]).Holding(world.Now).ToList();
        switch (move.Deed)
        {
            case < 4:
                var outcome = world.Do(start);
                if (outcome is Outcome.Waiting waiting) calls.Add((start, waiting.Ticket));
                return outcome;
            case 4:
                return world.Do(start with { Wait = null });
            case 5 or 6 when holding.Count > 0:
                var held = holding[move.Which % holding.Count];
                return world.Do(Finish(Claude, held));
            case 7 when calls.Count > 0:
                var left = calls[move.Which % calls.Count].Start;
                return world.Do(new LeaveQueue(Claude, left.Resource, left.Wait!.Attendance));
            case 8 when calls.Count > 0:
                var (asked, ticket) = calls[move.Which % calls.Count];
                var seconds = move.Priority % 2 * 10;
                return world.Do(asked with { Wait = asked.Wait! with { Ticket = ticket, Seconds = seconds } });
            default:
                return world.Do(new ServeQueue(Org, Resources[0], AfterTakeover: false));
        }
    }

    private static void AssertOrderly(World world, RootState before, Outcome? outcome)
    {
        var root = world.Root(Resources[0]);
        var holding = root.Holding(world.Now).ToList();
        foreach (var (i, claim) in holding.Index())
            Assert.DoesNotContain(holding.Skip(i + 1), other => Obstacles.Conflict(claim.Resource, other.Resource));

        var waiting = root.Queue.FindAll(w => w.IsWaiting(world.Now));
        Assert.All(waiting, w => Assert.NotNull(Way.Of(root, w, world.Now).Obstacle));
        Assert.Equal(root.Queue.Select(w => w.Turn).Order(), root.Queue.Select(w => w.Turn));

        // Whoever has been granted something now was not behind one who waits still and waited before.
        foreach (var granted in world.Facts.OfType<ClaimGranted>().Select(f => f.Claim))
        {
            var arrived = before.Queue.Find(w => w.Ticket == granted.Id.Value)?.ArrivedAt ?? granted.StartedAt;
            var turn = arrived.AddSeconds(-granted.Priority);
            Assert.DoesNotContain(waiting, w => before.Queue.Exists(b => b.Ticket == w.Ticket && b.IsWaiting(world.Now))
                && Obstacles.Conflict(w.Request.Resource, granted.Resource)
                && w.Turn < turn
                && w.Request.Priority >= granted.Priority);
        }

        Assert.True(outcome is not Outcome.Skipped { Queue: null } || root.Queue.Count <= before.Queue.Count);
    }

    private sealed record Move(int Deed, int Resource, int Priority, double Pass, int Which);
}
