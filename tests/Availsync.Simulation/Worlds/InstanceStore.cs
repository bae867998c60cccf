using System.Data.Common;
using System.Text.Json;
using Availsync.Arbiter.Events;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Decisions;
using Availsync.Simulation.Models;
using Availsync.Simulation.Planting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// The store as one instance has it: it may be away, fail in the middle, and fail before or after the commit; and the
/// process may die at the same places. What is committed is told to the model.
/// </summary>
internal sealed class InstanceStore :
    IDbContextFactory<ArbiterDbContext>, IDbTransactionInterceptor, ISaveChangesInterceptor, IDbCommandInterceptor
{
    private readonly World _world;
    private readonly Instance _instance;
    private readonly IDbContextFactory<SqliteArbiterDbContext> _pool;
    private Commit _commit = new();
    private bool _onlySaid;

    public InstanceStore(World world, Instance instance)
    {
        (_world, _instance) = (world, instance);
        _pool = world.Store.Pool(this);
    }

    public ArbiterDbContext CreateDbContext() => throw new NotSupportedException("The product asks asynchronously.");

    /// <summary>Each use of the store is a step of its own: others may have their turn before it.</summary>
    public async Task<ArbiterDbContext> CreateDbContextAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        FailAtTimes(_world.Mischief.StoreAway, "the store is away");
        return _pool.CreateDbContext();
    }

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken)
    {
        foreach (var entry in eventData.Context!.ChangeTracker.Entries())
        {
            switch (entry.Entity)
            {
                case EventBatchRow batch:
                    _commit.Events.AddRange(JsonSerializer.Deserialize<List<ClaimEvent>>(batch.Events)!);
                    break;
                case EventChunkRow chunk:
                    _commit.Logged.AddRange(JsonSerializer.Deserialize<List<ClaimEvent>>(chunk.Events)!);
                    break;
                case WaiterRow row:
                    var gone = entry.State == EntityState.Deleted;
                    _commit.Waiters.Add((row.RootId, row.Id, gone ? null : row.ToWaiter()));
                    break;
                case AnswerRow:
                    _commit.HasAnswers = true;
                    break;
            }
        }

        FailAtTimes(_world.Mischief.WriteFailed, "a write fails");
        return ValueTask.FromResult(result);
    }

    public DbTransaction TransactionStarted(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        _commit = new Commit();
        return result;
    }

    public ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result,
        CancellationToken cancellationToken) =>
        ValueTask.FromResult(TransactionStarted(connection, eventData, result));

    public ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken)
    {
        var chance = _world.Chance;
        var dies = chance.In1000(_world.Mischief.CrashBeforeCommit);
        var fails = !dies && chance.In1000(_world.Mischief.CommitFailedBefore);
        if (!dies && !fails) return ValueTask.FromResult(result);
        if (_world.Bug == PlantedBug.ReplyBeforeCommit && (_commit.Events.Count > 0 || _commit.HasAnswers))
        {
            // Whoever has replied already finds out too late: the replies are on their way, and then it dies.
            _onlySaid = true;
            _instance.DieSoon();
            return ValueTask.FromResult(InterceptionResult.Suppress());
        }

        _world.Note($"{_instance} {(dies ? "dies before" : "cannot reach")} its commit");
        if (dies) _world.Crash(_instance);
        throw new MischiefException("the commit is not made");
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken)
    {
        if (_onlySaid)
        {
            _onlySaid = false;
            return Task.CompletedTask;
        }

        _world.Model.Take(_instance.ToString(), _commit);
        var dies = _world.Chance.In1000(_world.Mischief.CrashAfterCommit);
        if (!dies && !_world.Chance.In1000(_world.Mischief.CommitFailedAfter)) return Task.CompletedTask;
        _world.Note($"{_instance} {(dies ? "dies after" : "does not hear of")} its commit");
        if (dies) _world.Crash(_instance);
        throw new MischiefException("the commit was made, but nobody hears of it");
    }

    /// <summary>The fence asks how many of the partitions' rows are still ours.</summary>
    public ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken)
    {
        var isFence = _world.Bug == PlantedBug.NoFence
            && command.CommandText.Contains("SET \"clock_at\"", StringComparison.Ordinal)
            && command.CommandText.Contains("\"owner\" =", StringComparison.Ordinal);
        return ValueTask.FromResult(isFence ? int.MaxValue : result);
    }

    private void FailAtTimes(int per1000, string what)
    {
        if (!_world.Chance.In1000(per1000)) return;
        _world.Note($"{_instance}: {what}");
        throw new MischiefException(what);
    }
}
