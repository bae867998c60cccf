using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Availsync.Bus.Tests.Sagas;

/// <summary>The statements that a service has run.</summary>
internal sealed class StatementLog : DbCommandInterceptor
{
    private readonly ConcurrentQueue<string> _statements = [];

    public void Clear() => _statements.Clear();

    public int Count(string verb, string table) => _statements.Count(statement =>
        statement.StartsWith(verb, StringComparison.Ordinal) && statement.Contains(table, StringComparison.Ordinal));

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        _statements.Enqueue(command.CommandText);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
        CancellationToken cancellationToken = default)
    {
        _statements.Enqueue(command.CommandText);
        return ValueTask.FromResult(result);
    }
}
