using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Availsync.Storage.Schema;

/// <summary>
/// Only one instance migrates at a time. The lock dies with its holder on both engines: a process that is killed half
/// way does not lock the next one out, as the lock row that EF Core leaves behind in SQLite would.
/// </summary>
internal static class MigrationLock
{
    /// <summary>One for all stores of a database, since making a schema races too. Any fixed number would do.</summary>
    private const long AdvisoryKey = 0x61_76_61_69_6c;

    private static readonly TimeSpan FileLockRetry = TimeSpan.FromMilliseconds(50);

    public static Task<IAsyncDisposable> AcquireAsync(DbContext context, CancellationToken cancellationToken) =>
        context.Database.IsSqlite()
            ? AcquireFileAsync(context, cancellationToken)
            : AcquireAdvisoryAsync(context.Database.GetConnectionString()!, cancellationToken);

    private static async Task<IAsyncDisposable> AcquireAdvisoryAsync(
        string connectionString, CancellationToken cancellationToken)
    {
        // Not pooled: closing the connection is what gives the lock back.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(unpooled.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({AdvisoryKey})", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<IAsyncDisposable> AcquireFileAsync(
        DbContext context, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(context.Database.GetDbConnection().DataSource);
        var stream = await OpenExclusivelyAsync(file + ".lock", cancellationToken);
        try
        {
            // WAL is a property of the file, so it is set once. Whatever lock row is there belongs to the dead.
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
            await context.Database.ExecuteSqlRawAsync(
                """DROP TABLE IF EXISTS "__EFMigrationsLock";""", cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<FileStream> OpenExclusivelyAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                await Task.Delay(FileLockRetry, TimeProvider.System, cancellationToken);
            }
        }
    }
}
