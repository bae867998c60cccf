using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Http;

namespace Availsync.Edge.Metering;

/// <summary>Metadata of a route whose calls are not counted.</summary>
internal sealed record Uncounted;

/// <summary>
/// Metadata of a route whose calls may repeat what has been answered: with an idempotency key they are let in beyond
/// the limit, to be told their first answer or, where they have none, the refusal.
/// </summary>
internal sealed record RecordsRefusals;

/// <summary>
/// Counts the calls of agents by workspace and month, and holds them to the plan. The books are here; what they say is
/// carried to accounting by <see cref="MeterReports"/>.
/// </summary>
internal sealed class Meter(TimeProvider time)
{
    private readonly ConcurrentDictionary<(Guid OrgId, int Month), CallBook> _books = new();
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile bool _isSilent;

    /// <summary>Whether accounting has not answered the last time: nobody waits for it then.</summary>
    public bool IsSilent
    {
        get => _isSilent;
        set => _isSilent = value;
    }

    /// <summary>Rings when a book has run short or it is time; ringing while nobody listens is not lost.</summary>
    public ChannelReader<bool> Rings => _rings.Reader;

    /// <summary>Counts a call of a workspace's agent; the refusal where the plan allows no more.</summary>
    /// <exception cref="UnavailableException">Accounting is silent, and has been for too many calls.</exception>
    public async ValueTask<Outcome.PlanLimitReached?> CountAsync(
        Workspace workspace, CancellationToken cancellationToken)
    {
        var max = workspace.Plan.Limits.MonthlyApiCalls;
        var book = BookOf(workspace.Id);
        while (true)
        {
            switch (book.Spend(max, IsSilent, out var answer))
            {
                case Spending.Passed:
                    return null;
                case Spending.PassedAndShort:
                    if (!IsSilent) Ring();
                    return null;
                case Spending.OnAnswer:
                    Ring();
                    await answer.WaitAsync(cancellationToken);
                    break;
                case Spending.Refused:
                    return new Outcome.PlanLimitReached(
                        PlanLimit.MonthlyApiCalls, book.UsedByAll, max!.Value, workspace.Plan);
                default:
                    throw new UnavailableException(ApiError.AccountingUnavailable());
            }
        }
    }

    /// <summary>The plan of a workspace may have changed.</summary>
    public void ForgetRefusal(Guid orgId)
    {
        if (_books.TryGetValue((orgId, Month), out var book)) book.ForgetRefusal();
    }

    /// <summary>What is to be told to accounting now. Books of past months go once all of them is told.</summary>
    public IReadOnlyList<BookEntry> Tell(bool isTick, bool isLast)
    {
        var entries = new List<BookEntry>();
        foreach (var (key, book) in _books)
        {
            if (book.Tell(isTick, isLast) is { } entry) entries.Add(entry);
            else if (key.Month < Month && book.IsSettled) _books.TryRemove(key, out _);
        }

        return entries;
    }

    /// <summary>Has the reports go now.</summary>
    public void Ring() => _rings.Writer.TryWrite(true);

    /// <summary>Months are counted from the year 0, so that the key of a book costs no string.</summary>
    private int Month
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return now.Year * 12 + now.Month - 1;
        }
    }

    private CallBook BookOf(Guid orgId) => _books.GetOrAdd(
        (orgId, Month), static (key, clock) => new CallBook(key.OrgId, PeriodOf(key.Month), clock), time);

    private static string PeriodOf(int month) =>
        string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}-{month % 12 + 1:D2}");
}
