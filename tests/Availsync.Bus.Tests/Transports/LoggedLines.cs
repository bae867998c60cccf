using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Availsync.Bus.Tests.Transports;

/// <summary>A line of the log, and what it is marked with.</summary>
internal sealed record LoggedLine(string Category, string Text, IReadOnlyList<(string Name, string Value)> Marks)
{
    public string? Mark(string name) => Marks.FirstOrDefault(mark => mark.Name == name).Value;
}

/// <summary>Keeps what a host logs, as whatever writes it with its scopes would see it.</summary>
internal sealed class LoggedLines : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LoggedLine> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<LoggedLine> Lines => _lines;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(LoggedLines all, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => all._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var marks = new List<(string, string)>();
            all._scopes.ForEachScope(
                (scope, into) =>
                {
                    if (scope is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
                    into.AddRange(pairs.Select(pair => (pair.Key, $"{pair.Value}")));
                },
                marks);
            all._lines.Enqueue(new LoggedLine(category, formatter(state, exception), marks));
        }
    }
}
