using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class HistorySweepTests
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Activity_goes_after_its_days_on_two_instances_at_once_and_its_sums_stay(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store);
        await using var other = await AccountingHost.StartAsync(store, host.Time);
        var org = Facts.NewId();
        var now = host.Time.GetUtcNow();
        await AddAsync(host, org, HistorySweep.StepMax + 5, now.AddDays(-91));
        await AddAsync(host, org, 7, now.AddDays(-89));

        await Task.WhenAll(SweepAsync(host), SweepAsync(other));

        await using var db = host.Db();
        Assert.Equal(7, await db.Activity.CountAsync(row => row.OrgId == org));
        Assert.Equal(HistorySweep.StepMax + 12, await db.Daily.Where(row => row.OrgId == org).SumAsync(row => row.Calls));
    }

    [Fact]
    public async Task No_days_keep_for_ever()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Sqlite);
        await using var host = await AccountingHost.StartAsync(store, null, ("Retention:ActivityDays", "0"));
        var org = Facts.NewId();
        await AddAsync(host, org, 3, host.Time.GetUtcNow().AddYears(-9));
        await SweepAsync(host);
        await using var db = host.Db();
        Assert.Equal(3, await db.Activity.CountAsync(row => row.OrgId == org));
    }

    private static async Task SweepAsync(AccountingHost host)
    {
        var running = host.Services.GetRequiredService<HistorySweep>().RunOnceAsync(default);
        // It pauses between its steps by the clock of the test.
        while (await Task.WhenAny(running, Task.Yield().AsTask()) != running) host.Time.Advance(TimeSpan.FromSeconds(1));
        await running;
    }

    private static async Task AddAsync(AccountingHost host, Guid org, int count, DateTimeOffset at)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var projection = scope.ServiceProvider.GetRequiredService<TrafficProjection>();
        var records = Enumerable.Range(0, count).Select(_ => Facts.Record(org, null, at: at)).ToArray();
        await projection.HandleAsync(new TrafficRecords(records), default);
    }
}

file static class Yielding
{
    public static async Task AsTask(this System.Runtime.CompilerServices.YieldAwaitable yielding) => await yielding;
}
