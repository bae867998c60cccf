using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Availsync.Storage.Sqlite;

/// <summary>
/// The settings that SQLite keeps per connection. FULL makes a commit durable in WAL mode; SQLite's own busy handler
/// (which backs off from a millisecond) waits before the ADO.NET provider's, which sleeps 150 ms at a time.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Sql = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
        Set(connection);

    /// <remarks>SQLite has no asynchronous calls: waiting for a task here would only cost.</remarks>
    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Set(connection);
        return Task.CompletedTask;
    }

    private static void Set(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.ExecuteNonQuery();
    }
}
