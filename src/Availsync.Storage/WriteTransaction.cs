using System.Data;
using Availsync.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Availsync.Storage;

/// <summary>A transaction that writes. Disposing it without <see cref="CommitAsync"/> rolls it back.</summary>
public interface IWriteTransaction : IAsyncDisposable
{
    /// <summary>Makes everything written since the beginning durable, and lets the next writer in.</summary>
    Task CommitAsync(CancellationToken cancellationToken = default);
}

/// <summary>The one way to begin a transaction that writes.</summary>
public static class WriteTransactions
{
    /// <summary>
    /// Begins a writing transaction: READ COMMITTED on PostgreSQL (rows are locked by name where it matters), BEGIN
    /// IMMEDIATE behind the file's gate on SQLite, so that it never has to be repeated because of a lock.
    /// </summary>
    public static async Task<IWriteTransaction> BeginWriteAsync(
        this DbContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Database.IsSqlite())
        {
            return new WriteTransaction(
                await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken), null);
        }

        var pass = await SqliteWriteGate.EnterAsync(
            context.Database.GetDbConnection().DataSource, cancellationToken);
        try
        {
            return new WriteTransaction(await context.Database.BeginTransactionAsync(cancellationToken), pass);
        }
        catch
        {
            pass.Leave();
            throw;
        }
    }

    private sealed class WriteTransaction(IDbContextTransaction transaction, SqliteWriteGate.Pass? pass)
        : IWriteTransaction
    {
        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            await transaction.CommitAsync(cancellationToken);
            pass?.Leave();
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await transaction.DisposeAsync();
            }
            finally
            {
                pass?.Leave();
            }
        }
    }
}
