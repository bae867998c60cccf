using Availsync.Simulation.Planting;
using Microsoft.Extensions.Logging;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// What an instance logs. The product catches all and goes on, so this is where a broken invariant, or a database that had
/// to defend itself, shows: only what the world has made fail may be logged as an exception.
/// </summary>
internal sealed class InstanceLog<T>(World world, Instance instance) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        world.Note($"{instance}: {formatter(state, exception)}");

        // With a mistake planted the model is to find it, and not a second line of defence.
        if (exception is null || MischiefException.IsBehind(exception) || world.Bug != PlantedBug.None) return;
        if (exception is TimeoutException) return; // It has stood still for longer than it has patience.
        world.Fail($"{instance} has caught what must not be: {exception}");
    }
}
