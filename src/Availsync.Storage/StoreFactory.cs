using Availsync.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Availsync.Storage;

/// <summary>
/// Makes the options of a context, the same way for the running service and for the design-time tools.
/// </summary>
internal static class StoreFactory
{
    public static IDbContextFactory<TContext> Create<TContext, TSqlite, TPostgres>(
        StorageOptions options, IServiceProvider services)
        where TContext : StoreContext
        where TSqlite : TContext
        where TPostgres : TContext
    {
        if (options.Provider == StorageProvider.Postgres)
        {
            var connectionString = StaleSessions.Ended(options.ConnectionString);
            return new Pooled<TContext, TPostgres>(Postgres<TPostgres>(connectionString), services);
        }

        Directory.CreateDirectory(options.Path);
        var file = Path.Combine(options.Path, $"{StoreAttribute.Of(typeof(TContext)).Name}.db");
        return new Pooled<TContext, TSqlite>(Sqlite<TSqlite>(file), services);
    }

    public static DbContextOptionsBuilder<TContext> Sqlite<TContext>(string file)
        where TContext : StoreContext
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true };
        var store = StoreAttribute.Of(typeof(TContext));
        var builder = new DbContextOptionsBuilder<TContext>();
        builder.UseSqlite(connection.ToString(), sqlite => sqlite.MigrationsHistoryTable(store.MigrationsTable))
            .AddInterceptors(new SqlitePragmas());
        return builder;
    }

    public static DbContextOptionsBuilder<TContext> Postgres<TContext>(string connectionString)
        where TContext : StoreContext
    {
        var store = StoreAttribute.Of(typeof(TContext));
        var builder = new DbContextOptionsBuilder<TContext>();
        builder.UseNpgsql(
            connectionString, npgsql => npgsql.MigrationsHistoryTable(store.MigrationsTable, store.Schema));
        return builder;
    }

    /// <summary>A pool of the engine's context behind the name that code knows.</summary>
    private sealed class Pooled<TContext, TEngine>(
        DbContextOptionsBuilder<TEngine> options, IServiceProvider services) : IDbContextFactory<TContext>
        where TContext : StoreContext
        where TEngine : TContext
    {
        private readonly PooledDbContextFactory<TEngine> _pool = new(Within(options, services));

        public TContext CreateDbContext() => _pool.CreateDbContext();

        private static DbContextOptions<TEngine> Within(
            DbContextOptionsBuilder<TEngine> options, IServiceProvider services)
        {
            // A line for each command would be most of the log, and writing it a good part of the work.
            options.UseApplicationServiceProvider(services).AddInterceptors(services.GetServices<IInterceptor>())
                .ConfigureWarnings(events => events.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
            return options.Options;
        }
    }
}
