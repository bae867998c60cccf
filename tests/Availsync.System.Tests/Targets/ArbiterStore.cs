using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Availsync.System.Tests.Targets;

/// <summary>A claim as the store has it.</summary>
internal sealed record StoredClaim(
    Guid Id, string Root, string Resource, string Status, long Token, DateTimeOffset ExpiresAt);

/// <summary>Reads the arbiter's tables with plain SQL, so that no code under test stands between.</summary>
internal sealed class ArbiterStore
{
    private readonly Func<DbConnection> _connect;
    private readonly string _schema;

    private ArbiterStore(Func<DbConnection> connect, string schema)
    {
        _connect = connect;
        _schema = schema;
    }

    public static ArbiterStore Sqlite(string file) => new(
        () => new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString()),
        "");

    public static ArbiterStore Postgres(string connectionString) =>
        new(() => new NpgsqlConnection(connectionString), "arbiter.");

    /// <summary>Every claim on roots that begin so.</summary>
    public Task<List<StoredClaim>> ClaimsAsync(string rootPrefix) => ReadAsync(
        $"""
        select c.id, r.root, c.resource, c.status, c.fencing_token, c.expires_at
        from {_schema}claims c join {_schema}roots r on r.id = c.root_id
        where r.root like @prefix || '%'
        """,
        rootPrefix,
        row => new StoredClaim(
            Id(row.GetValue(0)), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4),
            Instant(row.GetValue(5))));

    /// <summary>The number of facts that each root has counted.</summary>
    public async Task<Dictionary<string, long>> SequencesAsync(string rootPrefix)
    {
        var rows = await ReadAsync(
            $"select root, last_sequence from {_schema}roots where root like @prefix || '%'",
            rootPrefix,
            row => (Root: row.GetString(0), Last: row.GetInt64(1)));
        return rows.ToDictionary(row => row.Root, row => row.Last);
    }

    /// <summary>How many batches of events still wait for the relay.</summary>
    public async Task<long> UnpublishedAsync()
    {
        var rows = await ReadAsync($"select count(*) from {_schema}event_batches where @prefix = ''", "", row => row.GetInt64(0));
        return rows[0];
    }

    private async Task<List<T>> ReadAsync<T>(string sql, string prefix, Func<DbDataReader, T> read)
    {
        await using var connection = _connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        parameter.ParameterName = "prefix";
        parameter.Value = prefix;
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    private static Guid Id(object value) => value is Guid id ? id : Guid.Parse((string)value);

    /// <summary>A timestamptz, or in SQLite microseconds since 1970.</summary>
    private static DateTimeOffset Instant(object value) => value switch
    {
        DateTime time => new DateTimeOffset(time, TimeSpan.Zero),
        long microseconds => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
        _ => throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"A time cannot be a {value.GetType().Name}.")),
    };
}
