using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class CallMeterTests(Hosts hosts) : IClassFixture<Hosts>
{
    private const string Month = "2026-05";

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Eight_edges_that_borrow_at_once_get_together_what_the_plan_allows_and_no_more(
        StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Plans:small:MonthlyApiCalls", "1000"));
        var org = await OrgOnAsync(host, "small");
        var other = await OrgOnAsync(host, "small");
        var ready = new Barrier(8);

        var lent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var (edge, sequence, allowed) = (host.NewId(), 0L, 0L);
            ready.SignalAndWait();
            while (true)
            {
                // Both workspaces in one message, in an order of the edge's own.
                CallCount[] counts = [new(org, Month, allowed, 40), new(other, Month, allowed, 0)];
                if (edge.GetHashCode() % 2 == 0) counts = [.. counts.Reverse()];
                var answer = await host.MeterAsync(new MeterCalls(edge, ++sequence, counts));
                var mine = answer.Single(allowance => allowance.OrgId == org);
                if (mine.Allowed == allowed) return allowed;
                allowed = mine.Allowed!.Value;
            }
        })));

        Assert.Equal(1000, lent.Sum());
        var last = await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(org, Month, 0, 1)]));
        Assert.Equal(new CallAllowance(org, Month, 0, 1000), Assert.Single(last));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_message_that_comes_twice_or_late_changes_nothing(StorageProvider store)
    {
        var (host, org) = await OnFreeAsync(store);
        var edge = host.NewId();

        var first = await MeterAsync(host, edge, 1, org, used: 0, wanted: 100);
        var second = await MeterAsync(host, edge, 2, org, used: 60, wanted: 100);
        var again = await MeterAsync(host, edge, 2, org, used: 60, wanted: 100);
        var late = await MeterAsync(host, edge, 1, org, used: 0, wanted: 0);

        Assert.Equal(new CallAllowance(org, Month, 100, 0), first);
        Assert.Equal(new CallAllowance(org, Month, 160, 60), second);
        Assert.Equal(second, again);
        Assert.Equal(second, late);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_one_edge_gives_back_another_gets(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store, settings: ("Plans:tiny:MonthlyApiCalls", "1"));
        var org = await OrgOnAsync(host, "tiny");
        var (one, two) = (host.NewId(), host.NewId());

        Assert.Equal(1, (await MeterAsync(host, one, 1, org, used: 0, wanted: 5)).Allowed);
        Assert.Equal(0, (await MeterAsync(host, two, 1, org, used: 0, wanted: 5)).Allowed);
        Assert.Equal(0, (await MeterAsync(host, one, 2, org, used: 0, wanted: 0)).Allowed);
        Assert.Equal(1, (await MeterAsync(host, two, 2, org, used: 0, wanted: 5)).Allowed);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task No_edge_takes_all_from_the_others(StorageProvider store)
    {
        var (host, org) = await OnFreeAsync(store);

        var greedy = await MeterAsync(host, host.NewId(), 1, org, used: 0, wanted: 10_000);
        var next = await MeterAsync(host, host.NewId(), 1, org, used: 0, wanted: 10_000);

        Assert.Equal((2_500, 1_875), (greedy.Allowed, next.Allowed));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Without_a_bound_calls_are_only_counted(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var org = await OrgOnAsync(host, "unlimited");
        var edge = host.NewId();

        Assert.Equal(new CallAllowance(org, Month, null, 7), await MeterAsync(host, edge, 1, org, used: 7, wanted: 0));
        Assert.Equal(
            new CallAllowance(org, Month, null, 1_000_000),
            await MeterAsync(host, edge, 2, org, used: 1_000_000, wanted: 50));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Only_this_month_and_the_last_can_be_reported_and_only_of_a_workspace_that_is_there(
        StorageProvider store)
    {
        var (host, org) = await OnFreeAsync(store);
        var gone = host.NewId();
        string[] months = ["2026-05", "2026-04", "2026-03", "2026-06", "nonsense", "2025-05"];

        var answers = await host.MeterAsync(new MeterCalls(
            host.NewId(), 1, [.. months.Select(month => new CallCount(org, month, 3, 10)), new(gone, Month, 0, 10)]));

        Assert.Equal(
            [
                new CallAllowance(org, "2026-05", 13, 3), new CallAllowance(org, "2026-04", 13, 3),
                .. months.Skip(2).Select(month => new CallAllowance(org, month, 3, 3)),
                new CallAllowance(gone, Month, 0, 0),
            ],
            answers);
        await using var db = host.Db();
        Assert.Equal(2, db.Loans.Count(row => row.OrgId == org));
        Assert.Equal(0, db.Meters.Count(row => row.OrgId == gone));
    }

    [Fact]
    public async Task An_edge_whose_clock_is_a_little_ahead_gets_its_calls_at_the_turn_of_the_month()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        await using var host = await AccountingHost.StartAsync(store);
        var org = await OrgOnAsync(host, "free");
        host.Time.Advance(new DateTimeOffset(2026, 5, 31, 23, 59, 30, TimeSpan.Zero) - host.Time.GetUtcNow());

        var answers = await host.MeterAsync(new MeterCalls(host.NewId(), 1, [new CallCount(org, "2026-06", 0, 10)]));

        Assert.Equal(10, answers.Single().Allowed);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_restart_forgets_no_call(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        Guid org, edge;
        await using (var first = await AccountingHost.StartAsync(store))
        {
            (org, edge) = (await OrgOnAsync(first, "free"), first.NewId());
            await MeterAsync(first, edge, 1, org, used: 77, wanted: 10);
        }

        await using var second = await AccountingHost.StartAsync(store);

        Assert.Equal(new CallAllowance(org, Month, 87, 77), await MeterAsync(second, edge, 1, org, used: 77, wanted: 10));
    }

    private static async Task<CallAllowance> MeterAsync(
        AccountingHost host, Guid edge, long sequence, Guid org, long used, long wanted) =>
        (await host.MeterAsync(new MeterCalls(edge, sequence, [new CallCount(org, Month, used, wanted)]))).Single();

    private static async Task<Guid> OrgOnAsync(AccountingHost host, string plan)
    {
        var visitor = await host.SignUpAsync();
        await visitor.GoOnPlanAsync(plan);
        return visitor.OrgId;
    }

    private async Task<(AccountingHost Host, Guid Org)> OnFreeAsync(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        return (host, await OrgOnAsync(host, "free"));
    }
}
