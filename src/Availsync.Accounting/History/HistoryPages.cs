using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Reads a page of a list that may be very long.</summary>
internal static class HistoryPages
{
    /// <summary>So far a list is counted: to count a million rows takes longer than anybody wants to wait for a page.</summary>
    public const int CountMax = 10_000;

    /// <param name="newestFirst">The rows in their order.</param>
    public static async Task<(List<T> Rows, Pagination Pagination)> ReadAsync<T>(
        this IQueryable<T> newestFirst, Page page, CancellationToken cancellationToken)
    {
        var rows = await newestFirst.Skip(page.Offset).Take(page.Limit + 1).ToListAsync(cancellationToken);
        var hasMore = rows.Count > page.Limit;
        if (hasMore) rows.RemoveAt(page.Limit);
        var counted = await newestFirst.Take(CountMax + 1).CountAsync(cancellationToken);
        return counted <= CountMax
            ? (rows, page.Of(counted))
            : (rows, page.OfAtLeast(Math.Max(CountMax, (long)page.Offset + rows.Count), hasMore));
    }
}
