using Availsync.Storage;

namespace Availsync.Accounting.Tests;

public sealed class OutageTests
{
    [Fact]
    public async Task While_the_database_is_away_callers_are_asked_to_come_back()
    {
        await using var store = await Stores.CreateAsync(StorageProvider.Postgres);
        await using var host = await AccountingHost.StartAsync(store);
        var ada = await host.SignUpAsync();
        var form = new { email = ada.Email, password = Visitor.Password };

        await store.CloseAsync();
        var signIn = await host.Stranger().PostAsync("/v1/auth/login", form);
        var live = await host.Http.GetAsync("/health/live");
        var ready = await host.Http.GetAsync("/health/ready");
        await store.OpenAsync();

        Assert.Equal((503, "accounting_unavailable"), (signIn.Status, signIn.Error));
        Assert.Equal("1", signIn.Headers["Retry-After"]);
        Assert.Equal((200, 503), ((int)live.StatusCode, (int)ready.StatusCode));
        Assert.Equal(200, (await host.Stranger().PostAsync("/v1/auth/login", form)).Status);
        Assert.Equal(200, (await ada.GetAsync("/v1/me")).Status);
    }
}
