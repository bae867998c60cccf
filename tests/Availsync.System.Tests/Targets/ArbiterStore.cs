using System.Text.Json;
using Availsync.System.Tests.Faults;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Availsync.System.Tests.Targets;

/// <summary>A claim as the store has it.</summary>
internal sealed record StoredClaim(
    Guid Id, string Root, string Resource, string Status, long Token, DateTimeOffset ExpiresAt);

/// <summary>When a claim holds its place in the plan, as the store has it.</summary>
internal sealed record StoredLease(Guid Id, string Status, DateTimeOffset StartedAt, DateTimeOffset EndsAt);

/// <summary>Who owns a partition.</summary>
internal sealed record Owned(Guid? Owner, long Epoch);

/// <summary>Reads the arbiter's tables past the product.</summary>
internal sealed class ArbiterStore
{
    private readonly PlainSql _sql;
    private readonly string _schema;

    private ArbiterStore(PlainSql sql, string schema)
    {
        _sql = sql;
        _schema = schema;
    }

    public static ArbiterStore Sqlite(string file) =>
        new(new PlainSql(() => new SqliteConnection(SqliteFile(file))), "");

    public static ArbiterStore Postgres(string connectionString) =>
        new(new PlainSql(() => new NpgsqlConnection(connectionString)), "arbiter.");

    public static string SqliteFile(string file) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
    }.ToString();

    /// <summary>Every claim on roots that begin so.</summary>
    public Task<List<StoredClaim>> ClaimsAsync(string rootPrefix) => _sql.ReadAsync(
        $"""
        select c.id, r.root, c.resource, c.status, c.fencing_token, c.expires_at
        from {_schema}claims c join {_schema}roots r on r.id = c.root_id
        where r.root like @prefix || '%'
        """,
        "prefix",
        rootPrefix,
        row => new StoredClaim(
            PlainSql.Id(row.GetValue(0)), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4),
            PlainSql.Instant(row.GetValue(5))));

    /// <summary>Every claim that a workspace has ever had.</summary>
    public Task<List<StoredLease>> LeasesAsync(Guid orgId) => LeasesAsync(orgId, "");

    /// <summary>Every claim of a workspace that is not said to have ended.</summary>
    public Task<List<StoredLease>> ActiveLeasesAsync(Guid orgId) => LeasesAsync(orgId, "and status = 'active'");

    /// <summary>The number of facts that each root has counted.</summary>
    public async Task<Dictionary<string, long>> SequencesAsync(string rootPrefix)
    {
        var rows = await _sql.ReadAsync(
            $"select root, last_sequence from {_schema}roots where root like @prefix || '%'",
            "prefix",
            rootPrefix,
            row => (Root: row.GetString(0), Last: row.GetInt64(1)));
        return rows.ToDictionary(row => row.Root, row => row.Last);
    }

    /// <summary>The tickets of the queue of a root, in the order of their turns by the contract's own rule.</summary>
    public async Task<List<Guid>> QueueAsync(string root)
    {
        var rows = await _sql.ReadAsync(
            $"select id, place from {_schema}waiters where root = @root", "root", root, row =>
            {
                var place = JsonDocument.Parse(row.GetString(1)).RootElement;
                var priority = place.GetProperty("Request").GetProperty("Priority").GetInt32();
                var arrived = place.GetProperty("ArrivedAt").GetDateTimeOffset();
                return (Ticket: PlainSql.Id(row.GetValue(0)), Turn: arrived.AddSeconds(-priority), Arrived: arrived,
                    Number: place.GetProperty("Number").GetInt64());
            });
        return [.. rows.OrderBy(r => r.Turn).ThenBy(r => r.Arrived).ThenBy(r => r.Number).Select(r => r.Ticket)];
    }

    /// <summary>How many batches of events still wait for the relay.</summary>
    public async Task<long> UnpublishedAsync()
    {
        var rows = await _sql.ReadAsync(
            $"select count(*) from {_schema}event_batches where @none = ''", "none", "", row => row.GetInt64(0));
        return rows[0];
    }

    /// <summary>Every claim of a workspace with its token.</summary>
    public Task<List<KeptClaim>> KeptClaimsAsync(Guid orgId) => _sql.ReadAsync(
        $"select id, shown_as, fencing_token, expires_at, status from {_schema}claims where org_id = @org",
        "org",
        orgId,
        row => new KeptClaim(
            new SeenClaim(
                PlainSql.Id(row.GetValue(0)), row.GetString(1), row.GetInt64(2), PlainSql.Instant(row.GetValue(3))),
            row.GetString(4)));

    /// <summary>How far each root of a workspace has counted.</summary>
    public async Task<Dictionary<string, KeptRoot>> KeptRootsAsync(Guid orgId)
    {
        var rows = await _sql.ReadAsync(
            $"select root, last_sequence, last_token from {_schema}roots where org_id = @org",
            "org",
            orgId,
            row => (Root: row.GetString(0), Kept: new KeptRoot(row.GetInt64(1), row.GetInt64(2))));
        return rows.ToDictionary(row => row.Root, row => row.Kept);
    }

    /// <summary>The log of a workspace, in its order.</summary>
    public async Task<List<Happening>> LogAsync(Guid orgId)
    {
        var chunks = await _sql.ReadAsync(
            $"select events from {_schema}event_chunks where org_id = @org order by last", "org", orgId,
            row => row.GetString(0));
        return [.. chunks.SelectMany(Happenings.InList)];
    }

    /// <summary>Who owns each partition, and since which epoch.</summary>
    public async Task<Dictionary<int, Owned>> PartitionsAsync()
    {
        var rows = await _sql.ReadAsync(
            $"select id, owner, epoch from {_schema}partitions where @none = ''", "none", "",
            row => (Id: row.GetInt32(0), Owned: new Owned(
                row.IsDBNull(1) ? null : PlainSql.Id(row.GetValue(1)), row.GetInt64(2))));
        return rows.ToDictionary(row => row.Id, row => row.Owned);
    }

    private Task<List<StoredLease>> LeasesAsync(Guid orgId, string which) => _sql.ReadAsync(
        $"""
        select id, status, started_at,
               case when ended_at is null or ended_at > expires_at then expires_at else ended_at end
        from {_schema}claims where org_id = @org {which}
        """,
        "org",
        orgId,
        row => new StoredLease(
            PlainSql.Id(row.GetValue(0)), row.GetString(1), PlainSql.Instant(row.GetValue(2)),
            PlainSql.Instant(row.GetValue(3))));
}
