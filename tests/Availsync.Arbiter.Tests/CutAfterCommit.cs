using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Availsync.Arbiter.Tests;

/// <summary>A connection that is lost when the commit has been made.</summary>
internal sealed class CutAfterCommit : DbTransactionInterceptor
{
    public bool IsCut { get; set; }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken) =>
        IsCut ? throw new IOException("The connection is lost.") : Task.CompletedTask;
}
