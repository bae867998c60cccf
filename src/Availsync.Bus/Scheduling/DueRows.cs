using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Scheduling;

/// <summary>The statements on timers, inside a transaction.</summary>
internal static class DueRows
{
    /// <summary>Takes due messages out of the table: they are back if the transaction does not commit.</summary>
    public static async Task<List<DueMessage>> ClaimAsync(
        DbContext context, DateTimeOffset now, int atMost, CancellationToken cancellationToken)
    {
        var rows = await Due(context, now, atMost).ToListAsync(cancellationToken);
        var tokens = rows.Select(row => row.Token).ToList();
        if (tokens.Count > 0)
        {
            await context.Set<DueMessage>().Where(m => EF.Parameter(tokens).Contains(m.Token))
                .ExecuteDeleteAsync(cancellationToken);
        }

        return rows;
    }

    /// <summary>
    /// Deletes timers that are no longer wanted. One that a dispatcher holds at this moment is left to it: waiting for
    /// it, with the saga's row locked that it may be waiting for, would be a deadlock, and its message will find the
    /// saga gone or with another token.
    /// </summary>
    public static Task CancelAsync(
        DbContext context, IReadOnlyList<Guid> tokens, CancellationToken cancellationToken)
    {
        if (context.Database.IsSqlite())
        {
            return context.Set<DueMessage>().Where(m => EF.Parameter(tokens).Contains(m.Token))
                .ExecuteDeleteAsync(cancellationToken);
        }

        var table = context.TableOf<DueMessage>();
        var sql = $"DELETE FROM {table} WHERE token IN"
            + $" (SELECT token FROM {table} WHERE token = ANY({{0}}) FOR UPDATE SKIP LOCKED)";
        return context.Database.ExecuteSqlRawAsync(sql, [tokens.ToArray()], cancellationToken);
    }

    public static async Task PostponeFirstAsync(
        DbContext context, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        foreach (var row in await Due(context, now, atMost: 1).ToListAsync(cancellationToken))
        {
            await context.Set<DueMessage>().Where(m => m.Token == row.Token)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.Due, until), cancellationToken);
        }
    }

    private static IQueryable<DueMessage> Due(DbContext context, DateTimeOffset now, int atMost)
    {
        if (context.Database.IsSqlite())
        {
            return context.Set<DueMessage>().AsNoTracking()
                .Where(m => m.Due <= now).OrderBy(m => m.Due).Take(atMost);
        }

        var sql = $"SELECT * FROM {context.TableOf<DueMessage>()} WHERE due <= {{0}} ORDER BY due LIMIT {{1}}"
            + " FOR UPDATE SKIP LOCKED";
        return context.Set<DueMessage>().FromSqlRaw(sql, now, atMost).AsNoTracking();
    }
}
