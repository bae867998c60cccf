using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Availsync.Storage;

/// <summary>Names for SQL by hand that runs on both engines.</summary>
public static class TableNames
{
    /// <summary>The quoted table of an entity, with its schema where the engine has schemas.</summary>
    public static string TableOf<TEntity>(this DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var entity = context.Model.FindEntityType(typeof(TEntity));
        var table = entity?.GetTableName()
            ?? throw new InvalidOperationException(
                $"{context.GetType().Name} has no table for {typeof(TEntity).Name}.");
        return context.GetService<ISqlGenerationHelper>().DelimitIdentifier(table, entity.GetSchema());
    }
}
