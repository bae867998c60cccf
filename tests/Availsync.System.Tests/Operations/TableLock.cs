using Npgsql;

namespace Availsync.System.Tests.Operations;

/// <summary>Holds a table, so that whoever needs it is under way for as long as a test wants it to be.</summary>
internal sealed class TableLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private TableLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<TableLock> TakeAsync(string connectionString, string table)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync();
        return new TableLock(connection);
    }

    /// <summary>Lets it go.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
