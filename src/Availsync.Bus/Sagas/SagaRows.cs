using Availsync.Storage;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Availsync.Bus.Sagas;

/// <summary>Reads saga instances to be changed.</summary>
internal static class SagaRows
{
    /// <summary>
    /// On PostgreSQL the rows are locked, in the order of their ids so that two batches cannot wait for each other. A
    /// writing transaction on SQLite has the whole file to itself.
    /// </summary>
    public static Task<List<TSaga>> LoadAsync<TSaga>(
        DbContext context, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        if (context.Database.IsSqlite())
        {
            return context.Set<TSaga>().AsTracking()
                .Where(saga => EF.Parameter(ids).Contains(saga.CorrelationId))
                .ToListAsync(cancellationToken);
        }

        var key = context.Model.FindEntityType(typeof(TSaga))!
            .FindProperty(nameof(ISaga.CorrelationId))!
            .GetColumnName(StoreObjectIdentifier.Create(
                context.Model.FindEntityType(typeof(TSaga))!, StoreObjectType.Table)!.Value);
        var sql = $"SELECT * FROM {context.TableOf<TSaga>()} WHERE {key} = ANY({{0}}) ORDER BY {key} FOR UPDATE";
        return context.Set<TSaga>().FromSqlRaw(sql, ids.ToArray()).AsTracking().ToListAsync(cancellationToken);
    }
}
