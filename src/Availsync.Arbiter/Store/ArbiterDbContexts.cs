using Availsync.Storage.Schema;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Store;

/// <summary>Carries the migrations for SQLite.</summary>
internal sealed class SqliteArbiterDbContext(DbContextOptions<SqliteArbiterDbContext> options)
    : ArbiterDbContext(options);

/// <summary>Carries the migrations for PostgreSQL.</summary>
internal sealed class PostgresArbiterDbContext(DbContextOptions<PostgresArbiterDbContext> options)
    : ArbiterDbContext(options);

internal sealed class SqliteArbiterFactory : SqliteDesignTimeFactory<SqliteArbiterDbContext>;

internal sealed class PostgresArbiterFactory : PostgresDesignTimeFactory<PostgresArbiterDbContext>;
