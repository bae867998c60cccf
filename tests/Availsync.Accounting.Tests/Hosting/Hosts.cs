using Availsync.Storage;

namespace Availsync.Accounting.Tests;

/// <summary>One host an engine for the tests of a class: each test signs up people of its own.</summary>
public sealed class Hosts : IAsyncLifetime
{
    private readonly Dictionary<StorageProvider, (Stores.Store Store, AccountingHost Host)> _hosts = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var (store, host) in _hosts.Values)
        {
            await host.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    internal async Task<AccountingHost> OnAsync(StorageProvider provider)
    {
        if (_hosts.TryGetValue(provider, out var running)) return running.Host;
        var store = await Stores.CreateAsync(provider);
        var host = await AccountingHost.StartAsync(store);
        _hosts[provider] = (store, host);
        return host;
    }
}
