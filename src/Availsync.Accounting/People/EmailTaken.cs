using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Only one person has an e-mail address, and the unique index says who.</summary>
internal static class EmailTaken
{
    public static ApiError Error => new(
        StatusCodes.Status409Conflict, "email_taken", "Somebody has signed up with this e-mail address already.");

    /// <summary>
    /// Writes a person; false where the address is taken, also by somebody who commits at this very moment: the insert
    /// waits for them. The savepoint that EF Core sets keeps the transaction usable.
    /// </summary>
    public static async Task<bool> TryAddAsync(
        this PersonRow person, AccountingDbContext db, CancellationToken cancellationToken)
    {
        if (await IsTakenAsync(person, db, cancellationToken)) return false;
        db.Add(person);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await IsTakenAsync(person, db, cancellationToken)) return false;
            throw;
        }
    }

    private static Task<bool> IsTakenAsync(
        PersonRow person, AccountingDbContext db, CancellationToken cancellationToken) =>
        db.People.AnyAsync(row => row.EmailKey == person.EmailKey, cancellationToken);
}
