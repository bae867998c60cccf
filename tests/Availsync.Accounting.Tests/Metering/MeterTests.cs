using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class MeterTests
{
    private const string Month = "2026-05";

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Eight_edges_at_once_are_never_lent_more_than_the_plan_allows(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await StartAsync(store, max: 1000);
        var ada = await host.SignUpAsync();

        var lent = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            var allowed = 0L;
            for (var sequence = 1; sequence <= 20; sequence++)
                allowed = (await TellAsync(host, ada.OrgId, n, sequence, allowed, 40)).Allowed!.Value;
            return allowed;
        })));

        Assert.True(lent.Sum() <= 1000, $"{lent.Sum()} have been lent.");
        Assert.True(lent.Sum() > 990, $"Only {lent.Sum()} have been lent.");
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_report_that_comes_twice_or_late_counts_once(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await StartAsync(store, max: 100);
        var ada = await host.SignUpAsync();

        await TellAsync(host, ada.OrgId, 1, 1, 0, 10);
        await TellAsync(host, ada.OrgId, 1, 2, 10, 10);
        var again = await TellAsync(host, ada.OrgId, 1, 2, 10, 10);
        var late = await TellAsync(host, ada.OrgId, 1, 1, 0, 0);

        Assert.Equal((20L, 10L), (again.Allowed!.Value, again.UsedByAll));
        Assert.Equal((20L, 10L), (late.Allowed!.Value, late.UsedByAll));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_dead_edge_has_used_what_it_was_lent_and_what_is_given_back_is_there_for_others(
        StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await StartAsync(store, max: 40);
        var ada = await host.SignUpAsync();
        await TellAsync(host, ada.OrgId, 1, 1, 0, 10);
        await TellAsync(host, ada.OrgId, 2, 1, 0, 7);
        Assert.Equal(0, (await TellAsync(host, ada.OrgId, 2, 2, 0, 0)).UsedByAll);

        host.Time.Advance(CallBook.SilenceMax + TimeSpan.FromSeconds(1));
        var other = await TellAsync(host, ada.OrgId, 3, 1, 0, 100);

        Assert.Equal((7L, 10L), (other.Allowed!.Value, other.UsedByAll)); // A quarter of the 30 that are left.
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Without_a_bound_calls_are_counted_and_of_nobody_or_another_time_they_are_not(
        StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await StartAsync(store, max: null);
        var ada = await host.SignUpAsync();

        var answer = await TellAsync(host, ada.OrgId, 1, 1, 5, 0);
        Assert.Equal((null, 5L), (answer.Allowed, answer.UsedByAll));
        Assert.Equal(3L, (await TellAsync(host, Facts.NewId(), 1, 2, 3, 9)).Allowed);
        Assert.Equal(3L, (await TellAsync(host, ada.OrgId, 1, 3, 3, 9, "2025-01")).Allowed);
        Assert.Equal(5L, (await TellAsync(host, ada.OrgId, 2, 1, 0, 0)).UsedByAll);
    }

    private static Task<AccountingHost> StartAsync(Stores.Store store, int? max) => AccountingHost.StartAsync(
        store, null, ("Plans:metered:MonthlyApiCalls", max?.ToString() ?? ""), ("Accounts:DefaultPlan", "metered"),
        ("Plans:unlimited:MonthlyApiCalls", max?.ToString() ?? ""));

    private static async Task<CallAllowance> TellAsync(
        AccountingHost host, Guid org, int edge, long sequence, long used, long wanted, string month = Month)
    {
        var edgeId = new Guid(edge, 0, 0, new byte[8]);
        var answer = await host.Services.GetRequiredService<IRequests>().AskAsync<MeterCalls, CallsMetered>(
            AccountingQueues.Meter, new MeterCalls(edgeId, sequence, [new CallCount(org, month, used, wanted)]));
        return Assert.Single(answer.Allowances);
    }
}
