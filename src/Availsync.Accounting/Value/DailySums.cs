using System.Globalization;
using System.Text;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// What is to be added to the days of agents. Added by the database, so that nobody's addition is lost, in the order of
/// the keys, so that no two transactions deadlock.
/// </summary>
internal sealed class DailySums
{
    private const int RowsInStatement = 200;

    private static readonly string[] Columns =
    [
        "runs_started", "runs_skipped", "observed_conflicts", "conflicts_prevented", "guarded_milliseconds",
        "tokens_reported", "cost_micro_usd", "calls", "errors",
    ];

    private readonly Dictionary<(Guid OrgId, DateOnly Day, Guid AgentId), DailyRow> _rows = [];

    /// <summary>The day of an agent to which something is to be added; the empty id for what no agent did.</summary>
    public DailyRow Of(Guid orgId, Guid agentId, DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        if (!_rows.TryGetValue((orgId, day, agentId), out var row))
            _rows[(orgId, day, agentId)] = row = new DailyRow { OrgId = orgId, Day = day, AgentId = agentId };
        return row;
    }

    /// <summary>Adds it all up, inside the transaction that is open.</summary>
    public async Task WriteAsync(AccountingDbContext db, CancellationToken cancellationToken)
    {
        foreach (var rows in _rows.OrderBy(entry => entry.Key).Select(entry => entry.Value).Chunk(RowsInStatement))
            await WriteAsync(db, rows, cancellationToken);
    }

    private static async Task WriteAsync(AccountingDbContext db, DailyRow[] rows, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder($"INSERT INTO {db.TableOf<DailyRow>()} AS d (org_id, day, agent_id, ")
            .AppendJoin(", ", Columns).Append(") VALUES ");
        List<object> arguments = [];
        foreach (var row in rows)
        {
            object[] values =
            [
                row.OrgId, row.Day, row.AgentId, row.RunsStarted, row.RunsSkipped, row.ObservedConflicts,
                row.ConflictsPrevented, row.GuardedMilliseconds, row.TokensReported, row.CostMicroUsd, row.Calls, row.Errors,
            ];
            sql.Append(arguments.Count == 0 ? "(" : ", (").AppendJoin(", ", values.Select((_, i) =>
                string.Create(CultureInfo.InvariantCulture, $"{{{arguments.Count + i}}}"))).Append(')');
            arguments.AddRange(values);
        }

        sql.Append(" ON CONFLICT (org_id, day, agent_id) DO UPDATE SET ")
            .AppendJoin(", ", Columns.Select(column => $"{column} = d.{column} + excluded.{column}"));
        await db.Database.ExecuteSqlRawAsync(sql.ToString(), arguments, cancellationToken);
    }
}
