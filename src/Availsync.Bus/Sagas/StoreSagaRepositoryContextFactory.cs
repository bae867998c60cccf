using Availsync.Storage;
using MassTransit;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Bus.Sagas;

/// <summary>The saga repository: every message runs in the unit of work of its scope, joined or of its own.</summary>
internal sealed class StoreSagaRepositoryContextFactory<TSaga, TContext>(
    SagaUnitOfWork<TContext> unit, ISagaConsumeContextFactory<DbContext, TSaga> contexts) :
    ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>,
    ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
    where TContext : StoreContext
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class =>
        unit.RunAsync(
            () => next.Send(new StoreSagaRepositoryContext<TSaga, T>(context, unit, contexts)),
            context.CancellationToken);

    /// <remarks>
    /// The ids first and without a lock, the instances then by id: a query that locks what it filters would see rows as
    /// they were before others let go of them.
    /// </remarks>
    public Task SendQuery<T>(
        ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class =>
        unit.RunAsync(
            async () =>
            {
                await unit.FlushAsync(context.CancellationToken);
                var ids = await unit.Context.Set<TSaga>().AsNoTracking()
                    .Where(query.FilterExpression).Select(saga => saga.CorrelationId)
                    .ToListAsync(context.CancellationToken);
                await unit.PreloadAsync<TSaga>(ids, context.CancellationToken);
                var instances = new List<TSaga>(ids.Count);
                foreach (var id in ids)
                {
                    if (await unit.LoadAsync<TSaga>(id, context.CancellationToken) is { } instance)
                        instances.Add(instance);
                }

                var repository = new StoreSagaRepositoryContext<TSaga, T>(context, unit, contexts);
                await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(repository, instances));
            },
            context.CancellationToken);

    public Task<T> Execute<T>(
        Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class =>
        asyncMethod(new StoreSagaRepositoryContext<TSaga>(unit.Context, cancellationToken));

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class =>
        asyncMethod(new StoreSagaRepositoryContext<TSaga>(unit.Context, cancellationToken));

    public void Probe(ProbeContext context) => context.Add("persistence", unit.Context.GetType().Name);
}
