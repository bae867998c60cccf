using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Availsync.Accounting.Tests;

public sealed class SweepTests
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task What_is_over_is_deleted_and_nothing_else(StorageProvider provider)
    {
        await using var store = await Stores.CreateAsync(provider);
        await using var host = await AccountingHost.StartAsync(store);
        var ada = await host.SignUpAsync();
        var (path, keyId, _) = await ada.CreateAgentAsync();
        await ada.PostAsync($"{path}/keys/{keyId}/rotate", new { grace_seconds = 60 });
        await ada.PostAsync($"{ada.Org}/members", MemberTests.Form("bob@example.com", "viewer"), "once");
        await host.Stranger().PostAsync("/v1/auth/login", new { email = ada.Email, password = "wrong horse battery" });
        var sweep = host.Services.GetServices<IHostedService>().OfType<Sweep>().Single();

        await sweep.RunOnceAsync(default);
        Assert.Equal((1, 2, 1, 1), await CountAsync(host));
        host.Time.Advance(TimeSpan.FromMinutes(15));
        await sweep.RunOnceAsync(default);
        Assert.Equal((1, 1, 0, 1), await CountAsync(host));
        host.Time.Advance(TimeSpan.FromHours(24));
        await sweep.RunOnceAsync(default);
        Assert.Equal((0, 1, 0, 0), await CountAsync(host));
    }

    private static async Task<(int Sessions, int Keys, int Failures, int Repeats)> CountAsync(AccountingHost host)
    {
        await using var db = host.Db();
        return (await db.Sessions.CountAsync(), await db.Keys.CountAsync(),
            await db.FailedSignIns.CountAsync(), await db.Repeats.CountAsync());
    }
}
