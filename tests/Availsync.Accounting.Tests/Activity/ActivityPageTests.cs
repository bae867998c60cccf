using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class ActivityPageTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_list_is_counted_up_to_ten_thousand_and_says_where_it_goes_on(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        await AddAsync(host, ada.OrgId, HistoryPages.CountMax);
        var exact = (await ada.GetAsync("/v1/activity?limit=1")).Json["pagination"]!;
        Assert.Equal((10_000, true, null), ((int)exact["total"]!, (bool)exact["has_more"]!, exact["total_is_estimate"]));

        await AddAsync(host, ada.OrgId, 2);
        var more = (await ada.GetAsync("/v1/activity?limit=1")).Json["pagination"]!;
        Assert.Equal(
            (10_000, true, true), ((int)more["total"]!, (bool)more["has_more"]!, (bool)more["total_is_estimate"]!));
        var last = (await ada.GetAsync("/v1/activity?limit=5&offset=10000")).Json;
        Assert.Equal(2, last["activity"]!.AsArray().Count);
        Assert.Equal((10_002, false), ((int)last["pagination"]!["total"]!, (bool)last["pagination"]!["has_more"]!));
    }

    private static async Task AddAsync(AccountingHost host, Guid org, int count)
    {
        await using var db = host.Db();
        await using var transaction = await db.BeginWriteAsync();
        db.AddRange(Enumerable.Range(0, count).Select(n => new ActivityRow
        {
            Id = Facts.NewId(), OrgId = org, At = Facts.Morning.AddSeconds(n), Type = "run.start",
            Endpoint = "POST /v1/work/run/start", Status = Contracts.TrafficStatus.Ok, HttpStatus = 200, LatencyMs = 1,
            RequestId = "r",
        }));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}
