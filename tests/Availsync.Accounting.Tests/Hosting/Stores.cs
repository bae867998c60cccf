using Availsync.Storage;
using Npgsql;

namespace Availsync.Accounting.Tests;

/// <summary>The engines that every test runs on.</summary>
public static class Stores
{
    private const string Variable = "AVAILSYNC_TEST_POSTGRES";

    public static TheoryData<StorageProvider> Both => [StorageProvider.Sqlite, StorageProvider.Postgres];

    /// <summary>An empty store of its own, and how to take it away again.</summary>
    internal static async Task<Store> CreateAsync(StorageProvider provider)
    {
        if (provider == StorageProvider.Sqlite)
        {
            var directory = Directory.CreateTempSubdirectory("availsync-accounting-").FullName;
            return new Store(provider, directory, _ => Task.CompletedTask, () =>
            {
                Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
                Directory.Delete(directory, recursive: true);
                return Task.CompletedTask;
            });
        }

        var server = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(server)) Leave($"Needs PostgreSQL: {Variable} has no connection string.");
        var name = $"accounting_{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        await RunAsync(server!, $"CREATE DATABASE {name}");
        var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
        return new Store(
            provider,
            database,
            async open =>
            {
                await RunAsync(server!, $"ALTER DATABASE {name} ALLOW_CONNECTIONS {open}");
                if (open) return;
                await RunAsync(
                    server!, $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
            },
            () => RunAsync(server!, $"DROP DATABASE {name} WITH (FORCE)"));
    }

    /// <summary>What cannot run says so by name; where everything must run, it fails.</summary>
    private static void Leave(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static async Task RunAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    internal sealed class Store(StorageProvider provider, string place, Func<bool, Task> allow, Func<Task> remove)
        : IAsyncDisposable
    {
        public IEnumerable<KeyValuePair<string, string?>> Settings =>
        [
            new("Storage:Provider", provider.ToString()),
            new(provider == StorageProvider.Sqlite ? "Storage:Path" : "Storage:ConnectionString", place),
        ];

        /// <summary>Lets nobody in any more and throws out who is.</summary>
        public Task CloseAsync() => allow(false);

        public Task OpenAsync() => allow(true);

        public async ValueTask DisposeAsync() => await remove();
    }
}
