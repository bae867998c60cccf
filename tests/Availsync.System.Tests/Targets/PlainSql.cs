using System.Data.Common;
using System.Globalization;

namespace Availsync.System.Tests.Targets;

/// <summary>A store read with plain SQL of one parameter, so that no code under test stands between.</summary>
internal sealed class PlainSql(Func<DbConnection> connect)
{
    public async Task<List<T>> ReadAsync<T>(string sql, string name, object value, Func<DbDataReader, T> read)
    {
        await using var connection = connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }

    public static Guid Id(object value) => value is Guid id ? id : Guid.Parse((string)value);

    /// <summary>A timestamptz, or in SQLite microseconds since 1970.</summary>
    public static DateTimeOffset Instant(object value) => value switch
    {
        DateTime time => new DateTimeOffset(time, TimeSpan.Zero),
        long microseconds => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
        _ => throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"A time cannot be a {value.GetType().Name}.")),
    };
}
