using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Outbox;

/// <summary>
/// One instance at a time delivers an outbox, else two would overtake each other. On PostgreSQL a session's advisory
/// lock, which dies with the instance, makes the others wait for their turn. A SQLite file belongs to one process,
/// which has one delivery loop; and its write lock is not held while handlers may want to write.
/// </summary>
internal static class OutboxTurn
{
    public static async Task<IAsyncDisposable> TakeAsync(DbContext context, CancellationToken cancellationToken)
    {
        var turn = new Turn(context);
        if (context.Database.IsSqlite())
            return turn;
        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken);
            await context.Database.ExecuteSqlAsync(
                $"SELECT pg_advisory_lock(hashtextextended({context.TableOf<OutboxRow>()}, 0))", cancellationToken);
            turn.IsLocked = true;
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    private sealed class Turn(DbContext context) : IAsyncDisposable
    {
        public bool IsLocked { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (IsLocked && context.Database.GetDbConnection().State == System.Data.ConnectionState.Open)
                await context.Database.ExecuteSqlRawAsync("SELECT pg_advisory_unlock_all()");
            await context.Database.CloseConnectionAsync();
        }
    }
}
