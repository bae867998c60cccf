using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Availsync.Bus.Tests.Databases;

internal sealed class PostgresTestDatabase(string server, string name) : TestDatabase
{
    public override IConfiguration Configuration { get; } = Settings(
        ("Storage:Provider", "Postgres"),
        ("Storage:ConnectionString", new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString()));

    public static async Task<TestDatabase> CreateAsync()
    {
        var server = TestServers.Postgres();
        var name = "test_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        return new PostgresTestDatabase(server, name);
    }

    public override async ValueTask DisposeAsync() =>
        await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
