using System.Collections.Concurrent;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Store;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// Keeps this instance's share of the partitions: renews their leases, takes those that are its own by
/// <see cref="Sharing"/> and free, gives up those that are others', and all of them when the service stops. Who may
/// commit is not decided here but by the <see cref="Fence"/>: between two renewals two instances may well believe that
/// they own the same partition.
/// </summary>
internal sealed partial class Ownership(
    PartitionMap partitions,
    PartitionTable table,
    InstanceTable instances,
    Ability ability,
    PartitionServing serving,
    TimeProvider time,
    IOptions<ArbiterOptions> options,
    ILogger<Ownership> logger) : BackgroundService
{
    /// <summary>How soon to look again while something of the own share has not been given up by its owner.</summary>
    private static readonly TimeSpan HungryPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long the store may take. An instance that it does not answer has to notice before its leases are over.
    /// </summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);

    /// <summary>For each partition more: their rows are renewed one by one.</summary>
    private static readonly TimeSpan RowPatience = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<int, ServedPartition> _served = [];
    private readonly ConcurrentDictionary<int, long> _taking = [];
    private readonly List<int> _given = [];
    private int _lot = 1;
    private bool _takeAll = options.Value.SoleInstance;
    private bool _hungry;
    private bool _able = true;
    private long _renewedAt;
    private long _ableAgainAt;
    private int _rounds;

    /// <summary>How often ownership has been brought up to date, or tried to.</summary>
    public int Rounds => Volatile.Read(ref _rounds);

    private IReadOnlyCollection<OwnedPartition> Served => [.. _served.Values.Select(s => s.Partition)];

    private TimeSpan Renewal => TimeSpan.FromSeconds(options.Value.OwnershipRenewalSeconds);

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.OwnershipLeaseSeconds);

    /// <summary>
    /// Hosted services stop in reverse order, so the decision loop still runs: what was taken in is answered. The others
    /// hear first that this one leaves, so each partition has its next owner as soon as it is given up.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ExecuteTask is null) return; // The process was stopped before this has begun.
        await base.StopAsync(cancellationToken);
        await TryAsync(() => WithinAsync(instances.LeaveAsync, cancellationToken));
        await Task.WhenAll(_served.Values.Select(served => served.Leaving ??= HandOverAsync(served)));
        await TryAsync(() => WithinAsync(table.GiveUpAllAsync, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal, time);
        var tick = NextAsync(timer, stoppingToken);
        try
        {
            while (true)
            {
                await TryAsync(() => RoundAsync(stoppingToken));
                Interlocked.Increment(ref _rounds);
                await WaitAsync(tick, stoppingToken);
                if (tick.IsCompleted) tick = NextAsync(timer, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync gives up what is owned.
        }
    }

    /// <summary>Until the next renewal, or until there may be something to take or to close.</summary>
    private async Task WaitAsync(Task tick, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loss = LossAsync(over.Token);
        var pause = Task.Delay(_hungry ? HungryPause : Timeout.InfiniteTimeSpan, time, over.Token);
        await Task.WhenAny(tick, loss, pause);
        over.Cancel(); // Here and now: on a thread of the pool no run could be repeated.
        cancellationToken.ThrowIfCancellationRequested();
        while (partitions.Losses.TryRead(out _))
        {
            // One round closes all that were lost.
        }
    }

    // Awaited and not turned into tasks: so they go on where this runs, which a simulation has to be able to choose.
    private static async Task NextAsync(PeriodicTimer timer, CancellationToken cancellationToken) =>
        await timer.WaitForNextTickAsync(cancellationToken);

    private async Task LossAsync(CancellationToken cancellationToken) =>
        await partitions.Losses.WaitToReadAsync(cancellationToken);

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        _hungry = false;
        await CloseLostAsync(cancellationToken);
        if (!await IsAbleAsync(cancellationToken)) return;
        var began = time.GetTimestamp();
        await WithinAsync(token => table.RenewAsync(Served, token), cancellationToken);
        _renewedAt = began;
        var fleet = await WithinAsync(instances.BeatAsync, cancellationToken);
        var plan = fleet.Plan();
        var moves = new List<Task>();
        foreach (var served in ToGiveUp(fleet, plan)) moves.Add(served.Leaving ??= HandOverAsync(served));
        foreach (var row in fleet.Partitions.Where(p => plan[p.Id] == partitions.Instance && !_served.ContainsKey(p.Id)))
        {
            _hungry = true;
            if (MayTake(fleet, row) && _taking.TryAdd(row.Id, row.Epoch))
                moves.Add(TryAsync(() => TakeAsync(row, cancellationToken)));
        }

        _takeAll = false;
        // Most are done at once. What takes longer goes on by itself, while leases are renewed and others become free.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.WhenAll(moves), Task.Delay(_hungry ? HungryPause : Renewal, time, over.Token));
        over.Cancel(); // Here and now: on a thread of the pool no run could be repeated.
    }

    /// <summary>
    /// What is others' by the plan: one partition first, then two, then four, each lot once the one before has been taken.
    /// An instance that has just started does everything for the first time, and its first partition waits for that; the
    /// others must not wait with it.
    /// </summary>
    private List<ServedPartition> ToGiveUp(Fleet fleet, Guid?[] plan)
    {
        var leaving = _served.Values.Where(s => plan[s.Partition.Id] != partitions.Instance)
            .OrderBy(s => s.Partition.Id).ToList();
        var staying = leaving.FindAll(s => s.Leaving is null);
        _given.RemoveAll(p => (fleet.Partitions[p].Owner is not null && !_served.ContainsKey(p))
            || plan[p] is null || plan[p] == partitions.Instance);
        if (staying.Count == 0) _lot = 1;
        if (_given.Count > 0 || leaving.Count > staying.Count) staying.Clear();
        if (staying.Count == 0) return leaving.FindAll(s => s.Leaving is not null);
        var lot = staying.Take(_lot).ToList();
        _given.AddRange(lot.Select(s => s.Partition.Id));
        _lot *= 2;
        return lot;
    }

    /// <summary>
    /// Closes what is somebody else's by now. Where the store cannot be asked, everything is, once the leases are over:
    /// their queues are another's, and what is read from them here nobody will answer.
    /// </summary>
    private async Task CloseLostAsync(CancellationToken cancellationToken)
    {
        var thought = Served;
        try
        {
            var standing = await WithinAsync(token => table.StandingAsync(thought, token), cancellationToken);
            Close([.. thought.Except(standing)]);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested && time.GetElapsedTime(_renewedAt) > Lease)
        {
            Close(thought);
            throw;
        }
    }

    private void Close(IReadOnlyCollection<OwnedPartition> lost)
    {
        foreach (var served in _served.Values.Where(s => s.Leaving is null && lost.Contains(s.Partition)))
        {
            Lost(logger, served.Partition.Id);
            partitions.Remove(served.Partition);
            served.Leaving = CloseAsync(served);
        }
    }

    private async Task<bool> IsAbleAsync(CancellationToken cancellationToken)
    {
        var able = await ability.CanServeAsync(cancellationToken);
        if (able && !_able)
        {
            _ableAgainAt = time.GetTimestamp();
            Able(logger);
        }

        if (!able && _able) Unable(logger);
        return _able = able;
    }

    /// <summary>
    /// Who comes back after the broker was away for all leaves the others the time to renew what is theirs.
    /// </summary>
    private bool MayTake(Fleet fleet, PartitionRow row) =>
        _takeAll || row.Owner is null
        || (fleet.IsFree(row) && (_ableAgainAt == 0 || time.GetElapsedTime(_ableAgainAt) > 2 * Renewal));

    private async Task TakeAsync(PartitionRow row, CancellationToken cancellationToken)
    {
        ServedPartition served;
        try
        {
            if (await WithinAsync(token => table.TakeAsync(row, token), cancellationToken) is not { } partition) return;
            served = new ServedPartition(partition);
            _served[partition.Id] = served;
        }
        finally
        {
            _taking.TryRemove(row.Id, out _);
        }

        Taken(logger, row.Id, served.Partition.Epoch);
        partitions.Metrics?.Taken(row.Id);
        served.Serving = ServeAsync(served);
        await served.Serving;
    }

    /// <summary>What cannot be served is given back: another instance may be luckier.</summary>
    private async Task ServeAsync(ServedPartition served)
    {
        try
        {
            await serving.OpenAsync(served);
        }
        catch (Exception) when (served.Closing.IsCancellationRequested)
        {
            // Whoever closes it does the rest.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (served.Leaving is null) NotServed(logger, exception, served.Partition.Id);
            served.Leaving ??= HandOverAsync(served);
        }
    }

    /// <summary>
    /// The queue keeps what was not taken from it; what was is decided and answered; only then the partition is another's.
    /// </summary>
    private async Task HandOverAsync(ServedPartition served)
    {
        await serving.CloseAsync(served);
        partitions.Remove(served.Partition);
        await TryAsync(() => WithinAsync(
            token => table.GiveUpAsync(served.Partition, token), CancellationToken.None)); // Else the lease runs out.
        _served.TryRemove(new KeyValuePair<int, ServedPartition>(served.Partition.Id, served));
        GivenUp(logger, served.Partition.Id);
    }

    private async Task CloseAsync(ServedPartition served)
    {
        await serving.CloseAsync(served);
        _served.TryRemove(new KeyValuePair<int, ServedPartition>(served.Partition.Id, served));
    }

    private Task<bool> WithinAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        WithinAsync(
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    /// <summary>
    /// A cut connection does not even answer that a call is cancelled, so whoever waits for it leaves it behind.
    /// </summary>
    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(StorePatience + (_served.Count * RowPatience), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await call(over.Token).WaitAsync(over.Token);
        }
        catch (Exception exception) when (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The store has not answered in time.", exception);
        }
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Failed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {partition} is served here, epoch {epoch}")]
    private static partial void Taken(ILogger logger, int partition, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Partition {partition} is given up")]
    private static partial void GivenUp(ILogger logger, int partition);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {partition} is somebody else's now")]
    private static partial void Lost(ILogger logger, int partition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition {partition} was taken and cannot be served")]
    private static partial void NotServed(ILogger logger, Exception exception, int partition);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The broker does not answer, or decisions are stuck: leases of partitions are not renewed")]
    private static partial void Unable(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Leases of partitions are renewed again")]
    private static partial void Able(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Partition ownership could not be brought up to date")]
    private static partial void Failed(ILogger logger, Exception exception);
}
