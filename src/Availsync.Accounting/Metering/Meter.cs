using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Merges the edges' books of API calls and lends them allowances, one transaction a message.</summary>
internal sealed class Meter(AccountingDbContext db, PlanCatalog plans, TimeProvider time)
    : IRequestHandler<MeterCalls, CallsMetered>
{
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(5);

    public async Task<CallsMetered> HandleAsync(MeterCalls request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var orgs = request.Counts.Select(count => count.OrgId).Distinct().ToList();
        var planOf = await db.Workspaces.Where(row => orgs.Contains(row.Id))
            .ToDictionaryAsync(row => row.Id, row => row.Plan, cancellationToken);
        var known = request.Counts.Where(count => planOf.ContainsKey(count.OrgId) && IsOpen(count.Period, now)).ToList();
        if (known.Count > 0) await LockAsync(known, cancellationToken);
        var periods = known.Select(count => count.Period).Distinct().ToList();
        var loans = await db.Loans.Where(row => orgs.Contains(row.OrgId) && periods.Contains(row.Period))
            .ToListAsync(cancellationToken);
        var allowances = request.Counts.Select(count => known.Contains(count)
            ? Merge(request, count, loans, plans.Of(planOf[count.OrgId]).Limits.MonthlyApiCalls, now)
            : new CallAllowance(count.OrgId, count.Period, count.Used, count.Used)).ToList();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return new CallsMetered(allowances);
    }

    /// <summary>Only the month that is, and one that is just over: edges report its last calls late.</summary>
    private static bool IsOpen(string period, DateTimeOffset now) =>
        period == BillingPeriod.At(now).ToString()
        || period == BillingPeriod.At(now + ClockMargin).ToString()
        || period == BillingPeriod.At(now).Previous.ToString();

    private CallAllowance Merge(
        MeterCalls request, CallCount count, List<LoanRow> loans, long? max, DateTimeOffset now)
    {
        var ofMonth = loans.Where(row => row.OrgId == count.OrgId && row.Period == count.Period).ToList();
        var loan = ofMonth.SingleOrDefault(row => row.EdgeId == request.EdgeId);
        if (loan is null)
        {
            loan = new LoanRow { OrgId = count.OrgId, Period = count.Period, EdgeId = request.EdgeId };
            db.Add(loan);
            loans.Add(loan);
            ofMonth.Add(loan);
        }

        var book = new CallBook(ofMonth, max);
        book.Report(loan, request.Sequence, count.Used, count.Wanted, now);
        return new CallAllowance(
            count.OrgId, count.Period, max is null ? null : loan.Allowed, book.UsedAt(now));
    }

    /// <summary>In order of their keys, so that no two messages deadlock.</summary>
    private async Task LockAsync(List<CallCount> counts, CancellationToken cancellationToken)
    {
        var keys = counts.Select(count => (count.OrgId, count.Period)).Distinct().Order().ToList();
        var rows = string.Join(", ", keys.Select((_, i) => $"({{{2 * i}}}, {{{2 * i + 1}}})"));
        var sql = $"INSERT INTO {db.TableOf<MeterRow>()} (org_id, period) VALUES {rows}"
            + " ON CONFLICT (org_id, period) DO UPDATE SET period = excluded.period";
        object[] arguments = [.. keys.SelectMany(key => new object[] { key.OrgId, key.Period })];
        await db.Database.ExecuteSqlRawAsync(sql, arguments, cancellationToken);
    }
}
