using Availsync.Storage.Schema;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Carries the migrations for SQLite.</summary>
internal sealed class SqliteAccountingDbContext(DbContextOptions<SqliteAccountingDbContext> options)
    : AccountingDbContext(options);

/// <summary>Carries the migrations for PostgreSQL.</summary>
internal sealed class PostgresAccountingDbContext(DbContextOptions<PostgresAccountingDbContext> options)
    : AccountingDbContext(options);

/// <summary>Used by the tool that makes migrations.</summary>
internal sealed class SqliteAccountingDesign : SqliteDesignTimeFactory<SqliteAccountingDbContext>;

/// <summary>Used by the tool that makes migrations.</summary>
internal sealed class PostgresAccountingDesign : PostgresDesignTimeFactory<PostgresAccountingDbContext>;
