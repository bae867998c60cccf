using Availsync.Storage.Schema;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Carries the migrations for SQLite.</summary>
internal sealed class AccountingDbContextSqlite(DbContextOptions<AccountingDbContextSqlite> options)
    : AccountingDbContext(options);

/// <summary>Carries the migrations for PostgreSQL.</summary>
internal sealed class AccountingDbContextPostgres(DbContextOptions<AccountingDbContextPostgres> options)
    : AccountingDbContext(options);

/// <summary>Used by the tool that makes migrations.</summary>
internal sealed class AccountingDesignSqlite : SqliteDesignTimeFactory<AccountingDbContextSqlite>;

/// <summary>Used by the tool that makes migrations.</summary>
internal sealed class AccountingDesignPostgres : PostgresDesignTimeFactory<AccountingDbContextPostgres>;
