using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// The loans of one workspace in one month. What an edge was allowed counts as gone for all others, used or not, so that
/// however edges die and messages go astray, all of them together never let more through than the plan allows.
/// </summary>
/// <param name="max">The plan's bound; null for none.</param>
internal sealed class CallBook(IReadOnlyCollection<LoanRow> loans, long? max)
{
    /// <summary>An edge that is not heard of for so long is taken to have used all that it was lent.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(60);

    /// <summary>
    /// No edge is lent more than this part of what is left at once, so that the last calls of a month are not all with an
    /// edge that nobody asks.
    /// </summary>
    private const int ShareOfRest = 4;

    /// <summary>How many calls count as used.</summary>
    public long UsedAt(DateTimeOffset now) => loans.Sum(loan => loan.UsedAt(now));

    /// <summary>
    /// Takes an edge's report over and lends what it wants, as far as there is. A late report changes nothing. An
    /// allowance only shrinks where the edge gives it back: it may be spending it this very moment.
    /// </summary>
    public void Report(LoanRow loan, long sequence, long used, long wanted, DateTimeOffset now)
    {
        if (sequence <= loan.Sequence) return;
        loan.Sequence = sequence;
        loan.HeardAt = now;
        loan.Used = Math.Max(loan.Used, used);
        loan.Allowed = wanted == 0 ? loan.Used : Math.Max(loan.Allowed, loan.Used);
        if (max is null || wanted == 0) return;
        var lacking = wanted - (loan.Allowed - loan.Used);
        var left = max.Value - loans.Sum(other => other.Allowed);
        if (lacking > 0 && left > 0) loan.Allowed += Math.Min(lacking, Math.Max(1, left / ShareOfRest));
    }

    /// <summary>How many calls of a workspace count as used in a month.</summary>
    public static async Task<long> UsedAsync(
        AccountingDbContext db, Guid orgId, BillingPeriod period, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = period.ToString();
        var loans = await db.Loans.AsNoTracking().Where(row => row.OrgId == orgId && row.Period == name)
            .ToListAsync(cancellationToken);
        return new CallBook(loans, max: null).UsedAt(now);
    }
}
