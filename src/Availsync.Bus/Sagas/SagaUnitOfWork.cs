using Availsync.Bus.Scheduling;
using Availsync.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Sagas;

/// <summary>
/// One transaction that carries saga instances and timers. A repository opens it for the single message it is given;
/// a handler of a batch opens it around many (<see cref="SagaUnitOfWork{TContext}"/> is scoped), and then everything
/// is read and written together: a thousand events cost a few statements, not a few thousand.
/// </summary>
public abstract class SagaUnitOfWork
{
    private readonly Dictionary<(Type, Guid), object?> _sagas = [];
    private readonly Dictionary<Guid, DueMessage> _scheduled = [];
    private readonly List<Guid> _cancelled = [];
    private readonly HashSet<object> _changed = [];
    private readonly HashSet<(Type, Guid)> _removed = [];
    private readonly DuePlan? _timers;
    private IWriteTransaction? _transaction;

    private protected SagaUnitOfWork(DbContext context, DuePlan? timers)
    {
        Context = context;
        _timers = timers;
    }

    internal DbContext Context { get; }

    internal DuePlan Timers => _timers
        ?? throw new InvalidOperationException($"{Context.GetType().Name} keeps no timers: call AddScheduler.");

    internal bool IsOpen => _transaction is not null;

    /// <summary>
    /// Opens the unit. Sagas that handle messages in this scope join it until it is committed or disposed of, which
    /// undoes it all.
    /// </summary>
    public async Task<OpenUnitOfWork> BeginAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
            throw new InvalidOperationException("The unit of work is open already.");
        _transaction = await Context.BeginWriteAsync(cancellationToken);
        return new OpenUnitOfWork(this);
    }

    /// <summary>
    /// Reads, and on PostgreSQL locks, the instances of many messages in one query. Those that are not there are known
    /// to be missing and not looked for again.
    /// </summary>
    public async Task PreloadAsync<TSaga>(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        ArgumentNullException.ThrowIfNull(ids);
        var wanted = ids.Where(id => !_sagas.ContainsKey((typeof(TSaga), id))).ToHashSet();
        if (wanted.Count == 0)
            return;
        foreach (var id in wanted)
            _sagas[(typeof(TSaga), id)] = null;
        foreach (var saga in await SagaRows.LoadAsync<TSaga>(Context, wanted, cancellationToken))
            _sagas[(typeof(TSaga), saga.CorrelationId)] = saga;
    }

    internal async Task RunAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            await work();
            return;
        }

        await using var unit = await BeginAsync(cancellationToken);
        await work();
        await unit.CommitAsync(cancellationToken);
    }

    internal async Task<TSaga?> LoadAsync<TSaga>(Guid id, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        await PreloadAsync<TSaga>([id], cancellationToken);
        return (TSaga?)_sagas[(typeof(TSaga), id)];
    }

    /// <summary>
    /// Inserts at once, for events that must know whether they were the first; false where they were not.
    /// </summary>
    internal async Task<bool> TryInsertAsync<TSaga>(TSaga saga, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        await FlushAsync(cancellationToken);
        var entry = Context.Add(saga);
        try
        {
            await Context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // EF has put the transaction back to the savepoint before the insert, so it can go on.
            entry.State = EntityState.Detached;
            return false;
        }

        _sagas[(typeof(TSaga), saga.CorrelationId)] = saga;
        return true;
    }

    internal async Task AddAsync<TSaga>(TSaga saga, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        // Where an instance of this id was deleted in this unit, its row must be gone before the new one comes.
        if (_removed.Contains((typeof(TSaga), saga.CorrelationId)))
            await FlushAsync(cancellationToken);
        Context.Add(saga);
        _changed.Add(saga);
        _sagas[(typeof(TSaga), saga.CorrelationId)] = saga;
    }

    internal void Remove<TSaga>(TSaga saga)
        where TSaga : class, ISaga
    {
        Context.Remove(saga);
        _removed.Add((typeof(TSaga), saga.CorrelationId));
        _sagas[(typeof(TSaga), saga.CorrelationId)] = null;
    }

    /// <summary>The instance is tracked: what an event has changed is found and written when the unit is.</summary>
    internal void Changed<TSaga>(TSaga saga)
        where TSaga : class, ISaga => _changed.Add(saga);

    /// <summary>Takes back what a read-only event has done to an instance.</summary>
    internal void Undo<TSaga>(TSaga saga)
        where TSaga : class, ISaga
    {
        if (_changed.Contains(saga))
        {
            throw new InvalidOperationException(
                "A read-only event cannot follow a change of its instance in one unit of work: undoing undoes both.");
        }

        var entry = Context.Entry(saga);
        entry.CurrentValues.SetValues(entry.OriginalValues);
        entry.State = EntityState.Unchanged;
    }

    internal void Schedule(DueMessage message)
    {
        Context.Add(message);
        _scheduled.Add(message.Token, message);
        _transaction!.OnCommitted(() => Timers.Scheduled(message.Due));
    }

    /// <summary>
    /// Takes a timer back. That it has fired already, or never was, changes nothing: a wake-up is not a fact.
    /// </summary>
    internal void Cancel(Guid token)
    {
        if (_scheduled.Remove(token, out var message))
            Context.Entry(message).State = EntityState.Detached;
        else
            _cancelled.Add(token);
    }

    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        await Context.SaveChangesAsync(cancellationToken);
        _scheduled.Clear();
        _changed.Clear();
        _removed.Clear();
        if (_cancelled.Count == 0)
            return;
        await DueRows.CancelAsync(Context, _cancelled, cancellationToken);
        _cancelled.Clear();
    }

    internal async Task CommitAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await _transaction!.CommitAsync(cancellationToken);
    }

    /// <summary>Has something done once the open unit has committed.</summary>
    public void OnCommitted(Action action) => _transaction!.OnCommitted(action);

    internal async ValueTask CloseAsync()
    {
        if (_transaction is null)
            return;
        var transaction = _transaction;
        _transaction = null;
        _sagas.Clear();
        _scheduled.Clear();
        _cancelled.Clear();
        _changed.Clear();
        _removed.Clear();
        await transaction.DisposeAsync();
        Context.ChangeTracker.Clear();
    }
}

/// <summary>The unit of work of a scope, over its own context.</summary>
public sealed class SagaUnitOfWork<TContext> : SagaUnitOfWork
    where TContext : StoreContext
{
    internal SagaUnitOfWork(TContext context, DuePlan? timers)
        : base(context, timers)
    {
    }
}
