using Availsync.Storage;
using Microsoft.Extensions.Configuration;

namespace Availsync.Bus.Tests.Databases;

/// <summary>An empty database of a test's own, as the services would be told of it, dropped at the end.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public abstract IConfiguration Configuration { get; }

    public static Task<TestDatabase> CreateAsync(StorageProvider provider) =>
        provider == StorageProvider.Sqlite ? SqliteTestDatabase.CreateAsync() : PostgresTestDatabase.CreateAsync();

    public abstract ValueTask DisposeAsync();

    protected static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
}
