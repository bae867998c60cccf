using Availsync.Contracts;

namespace Availsync.Edge.Metering;

/// <summary>What came of asking for one call.</summary>
internal enum Spending
{
    /// <summary>It is counted and may go on.</summary>
    Passed,

    /// <summary>It may go on, and soon no more will.</summary>
    PassedAndShort,

    /// <summary>Nothing is left here: accounting has to be asked.</summary>
    OnAnswer,

    /// <summary>Accounting has nothing left to lend.</summary>
    Refused,

    /// <summary>Accounting is silent, and the credit for that is used up.</summary>
    Unknown,
}

/// <summary>What one book tells accounting, and who waits for what accounting says.</summary>
internal sealed record BookEntry(CallBook Book, CallCount Count, TaskCompletionSource? Waiting);

/// <summary>
/// The calls of one workspace in one month, as this edge knows them. They are spent from an allowance that accounting
/// has lent: as long as it lasts, nobody is asked.
/// </summary>
internal sealed class CallBook(Guid orgId, string period, TimeProvider time)
{
    private const int CreditShare = 400;
    private const int BlockShareMin = 1000;
    private const int BlockShareMax = 100;
    private const int BlockMin = 100;
    private static readonly TimeSpan RefusalKept = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _used;
    private long _allowed;
    private long _block;
    private long _credited;
    private long _usedByAll;
    private long _told;
    private long _usedAtTick;
    private long _usedAtTickBefore;
    private long? _max;
    private long _touchedAt;
    private long? _refusedAt;
    private bool _isShort;
    private bool _isUnderWay;
    private int _waitingCount;
    private TaskCompletionSource? _waiting;

    /// <summary>What all edges had used when accounting last answered.</summary>
    public long UsedByAll
    {
        get
        {
            lock (_gate) return _usedByAll;
        }
    }

    /// <summary>Whether accounting knows all of this book and has back what it has lent, and nobody is at it.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
            {
                return _used == _told && _allowed <= _used && !_isUnderWay && _waiting is null
                    && time.GetElapsedTime(_touchedAt) >= IdleAfter;
            }
        }
    }

    /// <summary>Counts a call, if it may be let through.</summary>
    /// <param name="max">How many calls the plan allows in a month; null for no bound.</param>
    /// <param name="isSilent">Whether accounting has not answered the last time.</param>
    /// <param name="answer">Completes when accounting has answered, or has failed to.</param>
    public Spending Spend(long? max, bool isSilent, out Task answer)
    {
        answer = Task.CompletedTask;
        lock (_gate)
        {
            _max = max;
            _touchedAt = time.GetTimestamp();
            if (max is null || _used < _allowed) return Pass(max);
            if (_refusedAt is { } at && time.GetElapsedTime(at) < RefusalKept) return Spending.Refused;
            if (isSilent) return SpendCredit(max.Value);
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitingCount++;
            answer = _waiting.Task;
            return Spending.OnAnswer;
        }
    }

    /// <summary>The plan may have changed: whoever comes next asks again.</summary>
    public void ForgetRefusal()
    {
        lock (_gate) _refusedAt = null;
    }

    /// <summary>What is to be told to accounting now; null for nothing.</summary>
    /// <param name="isTick">Whether half a second has passed, so that all news are told and not only wishes.</param>
    /// <param name="isLast">Whether nothing more will be spent, so that all is given back.</param>
    public BookEntry? Tell(bool isTick, bool isLast)
    {
        lock (_gate)
        {
            var lastSecond = _used - _usedAtTickBefore;
            if (isTick) (_usedAtTickBefore, _usedAtTick) = (_usedAtTick, _used);
            var isIdle = isLast || (_waiting is null && time.GetElapsedTime(_touchedAt) >= IdleAfter);
            var isNews = _used != _told || _isUnderWay || (isIdle && _allowed > _used);
            if (_waiting is null && !_isShort && !(isTick && isNews)) return null;

            // What is given back must not be spent while the message is on its way.
            var wanted = isIdle || _max is not { } max ? 0 : Wanted(max, lastSecond);
            _allowed = Math.Min(_allowed, _used + wanted);
            _isUnderWay = true;
            _isShort = false;
            var entry = new BookEntry(this, new CallCount(orgId, period, _used, wanted), _waiting);
            (_waiting, _waitingCount) = (null, 0);
            return entry;
        }
    }

    /// <summary>
    /// Takes over what accounting has said. Only one message is under way at a time and each answer is matched to its
    /// question, so an answer to an older one cannot come here.
    /// </summary>
    public void Take(CallCount told, CallAllowance allowance)
    {
        lock (_gate)
        {
            _isUnderWay = false;
            _told = told.Used;
            _credited = 0;
            _usedByAll = allowance.UsedByAll;

            // Where accounting sees no bound any more, what was asked for is lent: the next answer may see one again.
            _allowed = allowance.Allowed ?? told.Used + told.Wanted;
            _block = _allowed - told.Used;
            if (told.Wanted > 0 && _block <= 0) _refusedAt = time.GetTimestamp();
        }
    }

    private Spending Pass(long? max)
    {
        _used++;
        if (max is null || _allowed - _used >= _block / 2 || _isShort) return Spending.Passed;
        _isShort = true;
        return Spending.PassedAndShort;
    }

    private Spending SpendCredit(long max)
    {
        _isShort = true;
        if (_credited >= Math.Max(1, max / CreditShare)) return Spending.Unknown;
        _credited++;
        _used++;
        return Spending.Passed;
    }

    /// <summary>
    /// Twice what the last second has used, so that a steady caller never waits; for a lone one a block, so that it
    /// does not wait each time. A hundredth of the plan at most, since what is on loan here is missing elsewhere; but
    /// as many as wait.
    /// </summary>
    private long Wanted(long max, long lastSecond)
    {
        var least = Math.Clamp(max / BlockShareMin, 1, BlockMin);
        var most = Math.Max(least, max / BlockShareMax);
        return Math.Max(_waitingCount, Math.Clamp(2 * lastSecond, least, most));
    }
}
