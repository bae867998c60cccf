using Availsync.Arbiter;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Options;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// The store of a world: SQLite in memory, copied from one that was migrated once. No transaction is ever left open when
/// somebody else has his turn, so one connection serves all instances.
/// </summary>
internal sealed class WorldStore : IDisposable
{
    private static readonly Lazy<SqliteConnection> Template = new(MakeTemplate);

    public WorldStore()
    {
        Connection = Open();
        lock (Template) Template.Value.BackupDatabase(Connection);
    }

    public SqliteConnection Connection { get; }

    /// <summary>The contexts of one instance, in a pool as in the service.</summary>
    public IDbContextFactory<SqliteArbiterDbContext> Pool(params IInterceptor[] interceptors) =>
        new PooledDbContextFactory<SqliteArbiterDbContext>(
            Options(Connection).AddInterceptors(interceptors).Options, poolSize: 8);

    /// <summary>Reads rows by plain SQL, past the product.</summary>
    public List<T> Read<T>(string sql, Func<SqliteDataReader, T> row)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    public void Dispose() => Connection.Dispose();

    /// <summary>The store's own clock, which does not jump: that of the machine that the database is on.</summary>
    internal sealed class TrueClock(WorldTime time) : IStoreClock
    {
        public Task<DateTimeOffset> NowAsync(ArbiterDbContext context, CancellationToken cancellationToken) =>
            Task.FromResult(time.Now);
    }

    private static SqliteConnection Open()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;";
        command.ExecuteNonQuery();
        return connection;
    }

    private static SqliteConnection MakeTemplate()
    {
        var connection = Open();
        var options = Options(connection);
        using (var context = new SqliteArbiterDbContext(options.Options)) context.Database.Migrate();
        var contexts = new Contexts(options.Options);
        var table = new PartitionTable(
            contexts, new PartitionMap(TimeProvider.System), new TrueClock(new WorldTime()), TimeProvider.System,
            Microsoft.Extensions.Options.Options.Create(new ArbiterOptions()), World.PartitionOptions);
        table.EnsureAsync(CancellationToken.None).GetAwaiter().GetResult();
        return connection;
    }

    private static DbContextOptionsBuilder<SqliteArbiterDbContext> Options(SqliteConnection connection) =>
        new DbContextOptionsBuilder<SqliteArbiterDbContext>().UseSqlite(connection);

    private sealed class Contexts(DbContextOptions<SqliteArbiterDbContext> options) : IDbContextFactory<ArbiterDbContext>
    {
        public ArbiterDbContext CreateDbContext() => new SqliteArbiterDbContext(options);
    }
}
