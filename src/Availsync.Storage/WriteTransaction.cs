using System.Data;
using System.Runtime.CompilerServices;
using Availsync.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Availsync.Storage;

/// <summary>A transaction that writes. Disposing it without <see cref="CommitAsync"/> rolls it back.</summary>
public interface IWriteTransaction : IAsyncDisposable
{
    /// <summary>Makes everything written since the beginning durable, and lets the next writer in.</summary>
    Task CommitAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Has something done once the commit has succeeded, such as waking who waits for what was written.
    /// </summary>
    void OnCommitted(Action action);
}

/// <summary>The one way to begin a transaction that writes.</summary>
public static class WriteTransactions
{
    private static readonly ConditionalWeakTable<DbContext, WriteTransaction> Current = [];

    /// <summary>The writing transaction that is open on this context; null where there is none.</summary>
    public static IWriteTransaction? CurrentWrite(this DbContext context) =>
        Current.TryGetValue(context, out var transaction) ? transaction : null;

    /// <summary>
    /// Begins a writing transaction: READ COMMITTED on PostgreSQL (rows are locked by name where it matters), BEGIN
    /// IMMEDIATE behind the file's gate on SQLite, so that it never has to be repeated because of a lock.
    /// </summary>
    public static async Task<IWriteTransaction> BeginWriteAsync(
        this DbContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var pass = context.Database.IsSqlite()
            ? await SqliteWriteGate.EnterAsync(context.Database.GetDbConnection().DataSource, cancellationToken)
            : null;
        try
        {
            var transaction = pass is null
                ? await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
                : await context.Database.BeginTransactionAsync(cancellationToken);
            var write = new WriteTransaction(context, transaction, pass);
            Current.Add(context, write);
            return write;
        }
        catch
        {
            pass?.Leave();
            throw;
        }
    }

    private sealed class WriteTransaction(
        DbContext context, IDbContextTransaction transaction, SqliteWriteGate.Pass? pass) : IWriteTransaction
    {
        private Action? _committed;

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            await transaction.CommitAsync(cancellationToken);
            Current.Remove(context);
            pass?.Leave();
            _committed?.Invoke();
        }

        public void OnCommitted(Action action) => _committed += action;

        public async ValueTask DisposeAsync()
        {
            Current.Remove(context);
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
