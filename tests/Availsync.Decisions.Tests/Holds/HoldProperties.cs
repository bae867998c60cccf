using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

/// <summary>
/// What is true of holds in every history; see <see cref="HistoryProperties"/> for how to repeat a red run.
/// </summary>
public sealed class HoldProperties
{
    private const int Runs = 10_000;
    private const int Day = 48;

    private enum Deed
    {
        Place, Preempt, Confirm, Release, Revoke, Wake, Check,
    }

    private static readonly Gen<Step[]> Histories = (
        from deed in Gen.Frequency(
            (8, Gen.Const(Deed.Place)), (2, Gen.Const(Deed.Preempt)), (2, Gen.Const(Deed.Confirm)),
            (1, Gen.Const(Deed.Release)), (1, Gen.Const(Deed.Revoke)), (1, Gen.Const(Deed.Wake)),
            (2, Gen.Const(Deed.Check)))
        from pass in Gen.Frequency((6, Gen.Const(0.0)), (2, Gen.OneOf(0.05, 0.5, 1.0)), (1, Gen.Const(7.0)))
        from @from in Gen.Int[-1, 12]
        from length in Gen.Int[1, 6]
        from ttl in Gen.OneOf(0, 0, 30, 60)
        from priority in Gen.Int[0, 3]
        from hold in Gen.Int[0, 4]
        from claims in Gen.Int[0, 8]
        select new Step(deed, pass, @from, length, ttl, priority, hold, claims)).Array[1, 40];

    private static readonly Gen<(bool[] Taken, int From, int Length)> Calendars =
        from taken in Gen.Bool.Array[Day]
        from @from in Gen.Int[0, Day - 1]
        from length in Gen.Int[1, 8]
        select (taken, @from, length);

    [Fact]
    public void No_two_holds_ever_block_one_moment_and_tokens_grow() => Histories.Sample(steps =>
    {
        var (world, holds) = (new HoldWorld(), new List<Hold>());
        foreach (var step in steps)
        {
            world.Pass(step.Pass);
            var before = world.Room;
            if (Take(world, holds, step) is not { } outcome) continue;
            var blocking = world.All.Where(h => h.IsBlocking).OrderBy(h => h.Window.StartsAt).ToList();
            foreach (var (one, next) in blocking.Zip(blocking.Skip(1)))
                Assert.True(one.Window.EndsAt <= next.Window.StartsAt, $"{one.Window} overlaps {next.Window}.");
            Assert.Equal(before.After(world.Facts), world.Room);
            if (outcome is not Outcome.HoldPlaced placed) continue;
            Assert.All(holds, h => Assert.True(h.FencingToken < placed.Hold.FencingToken));
            holds.Add(placed.Hold);
        }
    }, iter: Runs);

    [Fact]
    public void A_window_is_refused_just_where_others_block_it_or_the_plan_is_used_up() => Histories.Sample(steps =>
    {
        var (world, holds) = (new HoldWorld(), new List<Hold>());
        foreach (var step in steps)
        {
            world.Pass(step.Pass);
            var inTheWay = world.All.Select(h => h.AsOf(world.Now)).Where(h => h.IsBlocking
                && h.Window.StartsAt < step.Window(world).EndsAt && h.Window.EndsAt > step.Window(world).StartsAt)
                .ToList();
            var used = world.Room.ActiveClaims;
            var outcome = Take(world, holds, step);
            if (outcome is Outcome.HoldPlaced placed) holds.Add(placed.Hold);
            if (step.Deed is not (Deed.Place or Deed.Preempt or Deed.Check) || outcome is Outcome.Invalid) continue;
            var displaces = step.Deed == Deed.Preempt && inTheWay.Count > 0
                && inTheWay.TrueForAll(h => h.Priority < step.Priority && h.Window.EndsAt > world.Now);
            var expected = step.Deed == Deed.Check ? typeof(Outcome.AvailabilityChecked)
                : inTheWay.Count > 0 && !displaces ? typeof(Outcome.HoldBlocked)
                : !displaces && used >= step.Claims ? typeof(Outcome.PlanLimitReached)
                : typeof(Outcome.HoldPlaced);
            Assert.IsType(expected, outcome);
            if (outcome is Outcome.AvailabilityChecked check) Assert.Equal(inTheWay.Count, check.Conflicts.Count);
        }
    }, iter: Runs);

    [Fact]
    public void Alternatives_are_the_earliest_free_windows_one_after_the_other() => Calendars.Sample(calendar =>
    {
        var (taken, from, length) = calendar;
        var windows = Enumerable.Range(0, Day).Where(n => taken[n]).Select(n => HoldWorld.Window(n, n + 1));
        var last = Day + 4;

        var found = FreeWindows.Find(
            windows, HoldWorld.Window(from, from + length), World.Morning.AddMinutes(last));

        // Minute by minute, in the plainest way there is.
        List<HoldWindow> expected = [];
        for (var n = from; n <= last && expected.Count < FreeWindows.Max; n++)
        {
            if (Enumerable.Range(n, length).Any(m => m < Day && taken[m])) continue;
            expected.Add(HoldWorld.Window(n, n + length));
            n += length - 1;
        }

        Assert.Equal(expected, found);
    }, iter: Runs);

    private static Outcome? Take(HoldWorld world, List<Hold> holds, Step step)
    {
        var hold = holds.Count == 0 ? null : holds[Math.Max(0, holds.Count - 1 - step.Hold)];
        var place = new PlaceHold(
            step.Hold % 2 == 0 ? World.Codex : World.Claude, HoldWorld.Resource(HoldWorld.Jane), step.Window(world),
            step.Ttl == 0 ? null : step.Ttl, step.Priority, Reason: null, "{}", ArbitrationMode.Enforce)
        {
            Plan = new Plan("small", new PlanLimits(null, null, step.Claims, null)),
        };
        return step.Deed switch
        {
            Deed.Place => world.Do(place),
            Deed.Preempt => world.Do(place with { Arbitration = ArbitrationRule.PreemptLower }),
            Deed.Check => world.Do(new CheckAvailability(World.Codex, place.Resource, place.Window)),
            _ when hold is null => null,
            Deed.Confirm => world.Do(new ConfirmHold(World.Codex, hold.Id)),
            Deed.Release => world.Do(new ReleaseHold(World.Codex, hold.Id)),
            Deed.Revoke => world.Do(new ReleaseHold(World.Jane, hold.Id)),
            _ => world.Do(new LapseHold(hold.Id, World.Org)),
        };
    }

    /// <param name="Pass">Minutes that pass before it.</param>
    /// <param name="From">Minutes from then on; −1 for a moment ago.</param>
    /// <param name="Ttl">Seconds; 0 for none.</param>
    /// <param name="Hold">Which of the holds placed so far, counted back from the last.</param>
    /// <param name="Claims">How many active claims the plan allows by then.</param>
    private sealed record Step(
        Deed Deed, double Pass, int From, int Length, int Ttl, int Priority, int Hold, int Claims)
    {
        public HoldWindow Window(HoldWorld world)
        {
            var start = From < 0 ? world.Now.AddSeconds(-4) : world.Now.AddMinutes(From);
            return HoldWindow.TryCreate(start, start.AddMinutes(Length), out var window, out var error)
                ? window
                : throw new InvalidOperationException(error);
        }
    }
}
