using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>The one row that says that this install has had its first workspace.</summary>
internal sealed class InstallationRow
{
    /// <summary>Always 1: the primary key is what lets only one in.</summary>
    public required int Id { get; init; }

    /// <summary>
    /// Whether the calling transaction makes the first workspace. Whoever else asks meanwhile waits until this one has
    /// committed (and is not the first) or rolled back (and is): both engines queue writers of one primary key.
    /// </summary>
    public static async Task<bool> BecomeFirstAsync(AccountingDbContext db, CancellationToken cancellationToken)
    {
        var sql = $"INSERT INTO {db.TableOf<InstallationRow>()} (id) VALUES (1) ON CONFLICT DO NOTHING";
        return await db.Database.ExecuteSqlRawAsync(sql, cancellationToken) == 1;
    }

    /// <summary>Whether there has been a first workspace. Somebody may be making it right now.</summary>
    public static Task<bool> IsMadeAsync(AccountingDbContext db, CancellationToken cancellationToken) =>
        db.Installation.AnyAsync(cancellationToken);
}
