using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Metering;

public sealed class MeterTests
{
    private const long Free = 10_000;

    [Fact]
    public async Task What_was_borrowed_is_spent_without_asking()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        await world.CallAsync(Free, times: 1);
        Assert.Equal(new CallCount(Some.OrgId, "2026-05", 0, 10), await world.CountAsync());
        await world.CallAsync(Free, times: 5);
        Assert.False(world.HasTold);
    }

    [Fact]
    public async Task What_runs_short_is_renewed_behind_the_caller_s_back()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        await world.CallAsync(Free, times: 1);
        await world.ToldAsync();
        var renewal = new TaskCompletionSource<CallsMetered>();
        world.Fate = _ => renewal.Task;
        await world.CallAsync(Free, times: 5);
        var count = await world.CountAsync();
        Assert.Equal((6, 12), (count.Used, count.Wanted));
        await world.CallAsync(Free, times: 4);
        renewal.SetCanceled();
    }

    [Fact]
    public async Task Without_a_bound_calls_are_only_counted_and_told_twice_a_second()
    {
        await using var world = await MeterWorld.StartAsync(null);
        await world.CallAsync(null, times: 1000);
        Assert.False(world.HasTold);
        world.Advance(0.5);
        Assert.Equal(new CallCount(Some.OrgId, "2026-05", 1000, 0), await world.CountAsync());
    }

    [Fact]
    public async Task A_call_that_the_plan_does_not_allow_is_refused_and_not_counted()
    {
        await using var world = await MeterWorld.StartAsync(3);
        await world.CallAsync(3, times: 3);
        var refusal = await world.CallAsync(3);
        Assert.Equal(new Outcome.PlanLimitReached(PlanLimit.MonthlyApiCalls, 3, 3, Some.Bounded(3)), refusal);
        await world.StopAsync();
        var told = new List<long>();
        while (world.HasTold) told.Add((await world.CountAsync()).Used);
        Assert.Equal(3, told.Max());
    }

    [Fact]
    public async Task A_plan_without_any_calls_refuses_the_first()
    {
        await using var world = await MeterWorld.StartAsync(0);
        Assert.NotNull(await world.CallAsync(0));
    }

    [Fact]
    public async Task A_crowd_at_the_limit_asks_accounting_once_in_a_quarter_of_a_second()
    {
        await using var world = await MeterWorld.StartAsync(0);
        Assert.NotNull(await world.CallAsync(0));
        await world.ToldAsync();
        for (var i = 0; i < 100; i++) Assert.NotNull(await world.CallAsync(0));
        Assert.False(world.HasTold);
        world.Advance(0.25);
        world.Lender.Max = 1;
        Assert.Null(await world.CallAsync(1));
    }

    [Fact]
    public async Task A_refusal_is_forgotten_when_the_workspace_changes()
    {
        await using var world = await MeterWorld.StartAsync(0);
        Assert.NotNull(await world.CallAsync(0));
        world.Lender.Max = Free;
        Assert.NotNull(await world.CallAsync(Free));
        world.Forget();
        Assert.Null(await world.CallAsync(Free));
    }

    [Fact]
    public async Task A_crowd_shares_one_question()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        var open = new TaskCompletionSource();
        world.Fate = async report =>
        {
            await open.Task;
            return world.Lender.Lend(report);
        };
        var calls = Enumerable.Range(0, 51).Select(_ => world.CallAsync(Free)).ToList();
        await world.ToldAsync();
        open.SetResult();
        Assert.All(await Task.WhenAll(calls), Assert.Null);
        var told = 1;
        while (world.HasTold)
        {
            await world.ToldAsync();
            told++;
        }

        // The one that has rung may leave alone; the others gather behind it, and one renewal may follow.
        Assert.InRange(told, 1, 4);
    }

    [Fact]
    public async Task A_crowd_on_several_edges_gets_exactly_what_the_plan_has()
    {
        const int plan = 40;
        await using var one = await MeterWorld.StartAsync(plan);
        await using var other = await MeterWorld.StartAsync(plan);
        other.Fate = one.Fate;
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? one : other).CallAsync(plan)));
        Assert.Equal(plan, outcomes.Count(outcome => outcome is null));
    }

    [Fact]
    public async Task A_steady_caller_borrows_for_twice_what_the_last_second_took()
    {
        await using var world = await MeterWorld.StartAsync(1_000_000);
        world.Lender.Max = null;
        await world.CallAsync(1_000_000, times: 300);
        await world.SettleAsync();
        await world.CallAsync(1_000_000, times: 1);
        world.Advance(0.5);
        Assert.Equal((301, 602), Of((await world.ToldAsync()).Counts.Single(c => c.OrgId == Some.OrgId)));
    }

    [Fact]
    public async Task Not_more_than_a_hundredth_of_the_plan_is_on_loan()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        await world.CallAsync(Free, times: 500);
        await world.SettleAsync();
        await world.CallAsync(Free, times: 1);
        world.Advance(0.5);
        Assert.Equal((501, 100), Of((await world.ToldAsync()).Counts.Single(c => c.OrgId == Some.OrgId)));
    }

    [Fact]
    public async Task What_nobody_has_used_for_a_second_is_given_back()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        await world.CallAsync(Free, times: 1);
        await world.ToldAsync();
        world.Advance(0.5);
        Assert.Equal((1, 10), Of(await world.CountAsync()));
        await world.SettleAsync();
        var giveBack = new TaskCompletionSource<CallsMetered>();
        world.Fate = _ => giveBack.Task;
        world.Advance(0.5);
        var returned = await world.ToldAsync();
        Assert.Equal((1, 0), Of(returned.Counts.Single(c => c.OrgId == Some.OrgId)));

        // It is not spent either while the message is on its way.
        var call = world.CallAsync(Free);
        Assert.False(call.IsCompleted);
        world.Fate = report => Task.FromResult(world.Lender.Lend(report));
        giveBack.SetResult(world.Lender.Lend(returned));
        Assert.Null(await call);
    }

    [Theory]
    [InlineData(Free, 25)]
    [InlineData(100, 1)]
    public async Task While_accounting_is_silent_calls_go_on_within_a_small_credit(long plan, int credit)
    {
        await using var world = await MeterWorld.StartAsync(plan);
        world.Fate = _ => throw new TimeoutException();
        await world.CallAsync(plan, times: credit);
        var refusal = await Assert.ThrowsAsync<UnavailableException>(() => world.CallAsync(plan));
        Assert.Equal((503, "accounting_unavailable"), (refusal.Error.Status, refusal.Error.Code));

        // Nobody asks for every call, but twice a second.
        await world.ToldAsync();
        Assert.False(world.HasTold);
        world.Fate = report => Task.FromResult(world.Lender.Lend(report));
        world.Advance(0.5);
        Assert.Equal(credit, (await world.CountAsync()).Used);
    }

    [Fact]
    public async Task An_accounting_that_is_back_lends_again_and_knows_what_went_on_credit()
    {
        await using var world = await MeterWorld.StartAsync(100);
        world.Fate = _ => throw new TimeoutException();
        await world.CallAsync(100, times: 1);
        await world.ToldAsync();
        world.Fate = report => Task.FromResult(world.Lender.Lend(report));
        world.Advance(0.5);
        Assert.Equal(1, (await world.CountAsync()).Used);

        // A second message leaves only when the answer to the first has been taken over.
        Assert.Null(await world.CallAsync(100, Some.Id(50)));
        world.Advance(0.5);
        await world.ToldAsync();
        await world.CallAsync(100, times: 10);
    }

    [Fact]
    public async Task While_accounting_is_silent_nothing_holds_up_who_has_no_bound()
    {
        await using var world = await MeterWorld.StartAsync(null);
        world.Fate = _ => throw new TimeoutException();
        Assert.Null(await world.CallAsync(1000, Some.Id(50)));
        await world.CallAsync(null, times: 1000);
    }

    [Fact]
    public async Task What_was_not_answered_is_told_again()
    {
        await using var world = await MeterWorld.StartAsync(null);
        await world.CallAsync(null, times: 7);
        world.Fate = _ => throw new TimeoutException();
        world.Advance(0.5);
        var first = await world.ToldAsync();
        world.Advance(0.5);
        var second = await world.ToldAsync();
        Assert.Equal(first.Counts, second.Counts);
        Assert.Equal((first.EdgeId, true), (second.EdgeId, second.Sequence > first.Sequence));
    }

    [Fact]
    public async Task One_message_at_a_time_tells_of_all_workspaces()
    {
        await using var world = await MeterWorld.StartAsync(null);
        await world.CallAsync(null, Some.Id(50));
        await world.CallAsync(null, Some.Id(51));
        var first = new TaskCompletionSource<CallsMetered>();
        world.Fate = _ => first.Task;
        world.Advance(0.5);
        var report = await world.ToldAsync();
        Assert.Equal(2, report.Counts.Count);
        await world.CallAsync(null, Some.Id(50));
        world.Advance(5);
        Assert.False(world.HasTold);
        world.Fate = r => Task.FromResult(world.Lender.Lend(r));
        first.SetResult(world.Lender.Lend(report));
        Assert.Equal((Some.Id(50), 2L), (await world.CountAsync()) is var c ? (c.OrgId, c.Used) : default);
    }

    [Fact]
    public async Task A_new_month_is_a_new_book_and_the_old_one_is_told_to_the_end()
    {
        await using var world = await MeterWorld.StartAsync(null, new(2026, 12, 31, 23, 59, 59, 900, TimeSpan.Zero));
        await world.CallAsync(null, times: 2);
        world.Advance(0.2);
        await world.CallAsync(null, times: 1);
        world.Advance(0.3);
        var counts = (await world.ToldAsync()).Counts;
        Assert.Equal(
            [("2026-12", 2L), ("2027-01", 1L)], counts.Select(c => (c.Period, c.Used)).Order());
    }

    [Fact]
    public async Task What_is_left_of_last_month_does_not_count_for_the_new_one()
    {
        await using var world = await MeterWorld.StartAsync(2, new(2026, 5, 31, 23, 59, 59, TimeSpan.Zero));
        await world.CallAsync(2, times: 2);
        Assert.NotNull(await world.CallAsync(2));
        world.Advance(1);
        await world.CallAsync(2, times: 2);
        Assert.NotNull(await world.CallAsync(2));
    }

    [Fact]
    public async Task A_stop_gives_everything_back()
    {
        await using var world = await MeterWorld.StartAsync(Free);
        await world.CallAsync(Free, times: 3);
        await world.ToldAsync();
        await world.StopAsync();
        Assert.Equal(new CallCount(Some.OrgId, "2026-05", 3, 0), await world.CountAsync());
    }

    private static (long Used, long Wanted) Of(CallCount count) => (count.Used, count.Wanted);
}
