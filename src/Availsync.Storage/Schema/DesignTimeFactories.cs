using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Availsync.Storage.Schema;

/// <summary>
/// Lets <c>dotnet ef</c> make migrations for SQLite without starting the service: derive an empty class from it beside
/// the context.
/// </summary>
public abstract class SqliteDesignTimeFactory<TContext> : IDesignTimeDbContextFactory<TContext>
    where TContext : StoreContext
{
    /// <inheritdoc/>
    public TContext CreateDbContext(string[] args) => DesignTime.Create(StoreFactory.Sqlite<TContext>("design.db"));
}

/// <summary>The same for PostgreSQL. Making a migration opens no connection.</summary>
public abstract class PostgresDesignTimeFactory<TContext> : IDesignTimeDbContextFactory<TContext>
    where TContext : StoreContext
{
    /// <inheritdoc/>
    public TContext CreateDbContext(string[] args) => DesignTime.Create(StoreFactory.Postgres<TContext>("Host=design"));
}

file static class DesignTime
{
    public static TContext Create<TContext>(DbContextOptionsBuilder<TContext> builder)
        where TContext : StoreContext =>
        (TContext)Activator.CreateInstance(typeof(TContext), builder.Options)!;
}
