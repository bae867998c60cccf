using Availsync.Bus.Scheduling;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Sagas;

/// <summary>
/// One message's view of the saga instances: MassTransit loads, adds, updates and deletes through it.
/// </summary>
internal sealed class StoreSagaRepositoryContext<TSaga, TMessage> :
    ConsumeContextScope<TMessage>, SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _message;
    private readonly SagaUnitOfWork _unit;
    private readonly ISagaConsumeContextFactory<DbContext, TSaga> _contexts;

    public StoreSagaRepositoryContext(
        ConsumeContext<TMessage> message, SagaUnitOfWork unit,
        ISagaConsumeContextFactory<DbContext, TSaga> contexts)
        : base(message, unit.Context, unit)
    {
        _message = message;
        _unit = unit;
        _contexts = contexts;

        // A timer that the saga sets is written with the saga, whatever scheduler the bus may have.
        var scheduler = new ConsumeMessageSchedulerContext(this, context => DueMessages.Scheduler(unit, context));
        AddOrUpdatePayload<MessageSchedulerContext>(() => scheduler, _ => scheduler);
    }

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        ContextOf(instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) =>
        await _unit.TryInsertAsync(instance, CancellationToken)
            ? await ContextOf(instance, SagaConsumeContextMode.Insert)
            : null!;

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        var instance = await _unit.LoadAsync<TSaga>(correlationId, CancellationToken);
        return instance is null ? null! : await ContextOf(instance, SagaConsumeContextMode.Load);
    }

    public Task Save(SagaConsumeContext<TSaga> context) => _unit.AddAsync(context.Saga, CancellationToken);

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        _unit.Changed(context.Saga);
        return Task.CompletedTask;
    }

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        _unit.Remove(context.Saga);
        return Task.CompletedTask;
    }

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context)
    {
        _unit.Undo(context.Saga);
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class =>
        _contexts.CreateSagaConsumeContext(_unit.Context, consumeContext, instance, mode);

    private Task<SagaConsumeContext<TSaga, TMessage>> ContextOf(TSaga instance, SagaConsumeContextMode mode) =>
        _contexts.CreateSagaConsumeContext(_unit.Context, this, instance, mode);
}

/// <summary>Looks at saga instances outside a message, as tests and tools do.</summary>
internal sealed class StoreSagaRepositoryContext<TSaga>(DbContext context, CancellationToken cancellationToken) :
    BasePipeContext(cancellationToken), QuerySagaRepositoryContext<TSaga>, LoadSagaRepositoryContext<TSaga>
    where TSaga : class, ISaga
{
    public async Task<TSaga> Load(Guid correlationId) =>
        (await context.Set<TSaga>().AsNoTracking()
            .SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, CancellationToken))!;

    public async Task<SagaRepositoryQueryContext<TSaga>> Query(
        ISagaQuery<TSaga> query, CancellationToken cancellationToken)
    {
        var ids = await context.Set<TSaga>().AsNoTracking()
            .Where(query.FilterExpression).Select(saga => saga.CorrelationId).ToListAsync(cancellationToken);
        return new DefaultSagaRepositoryQueryContext<TSaga>(this, ids);
    }
}
