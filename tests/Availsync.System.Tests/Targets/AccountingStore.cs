using Microsoft.Data.Sqlite;
using Npgsql;

namespace Availsync.System.Tests.Targets;

/// <summary>Reads accounting's tables past the product.</summary>
internal sealed class AccountingStore
{
    private readonly PlainSql _sql;
    private readonly string _schema;

    private AccountingStore(PlainSql sql, string schema)
    {
        _sql = sql;
        _schema = schema;
    }

    public static AccountingStore Sqlite(string file) =>
        new(new PlainSql(() => new SqliteConnection(ArbiterStore.SqliteFile(file))), "");

    public static AccountingStore Postgres(string connectionString) =>
        new(new PlainSql(() => new NpgsqlConnection(connectionString)), "accounting.");

    /// <summary>The request ids of all calls that are recorded of a workspace, as often as they are.</summary>
    public Task<List<string>> RequestsAsync(Guid orgId) => _sql.ReadAsync(
        $"select request_id from {_schema}activity where org_id = @org", "org", orgId, row => row.GetString(0));

    /// <summary>The event ids of what was audited on claims and runs of a workspace, as often as they are.</summary>
    public Task<List<Guid>> AuditedAsync(Guid orgId) => _sql.ReadAsync(
        $"""
        select id from {_schema}audit where org_id = @org and (type like 'claim.%' or type like 'run.%')
        """,
        "org", orgId, row => PlainSql.Id(row.GetValue(0)));

    /// <summary>How many calls are recorded of a workspace.</summary>
    public async Task<long> CallsRecordedAsync(Guid orgId)
    {
        var rows = await _sql.ReadAsync(
            $"select count(*) from {_schema}activity where org_id = @org", "org", orgId, row => row.GetInt64(0));
        return rows[0];
    }

    /// <summary>How many calls the days of a workspace add up to.</summary>
    public async Task<long> CallsSummedAsync(Guid orgId)
    {
        var rows = await _sql.ReadAsync(
            $"select calls from {_schema}daily where org_id = @org", "org", orgId, row => row.GetInt64(0));
        return rows.Sum();
    }
}
