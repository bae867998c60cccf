using System.Text.Json;

namespace Availsync.Bus.Scheduling;

/// <summary>What one context's scheduler carries, and the alarm of its dispatcher.</summary>
internal abstract class DuePlan(Type contextType, TimeProvider time) : IDueMessageTypes
{
    private readonly Dictionary<string, Type> _types = [];
    private long _nextLookTicks = long.MaxValue;

    public WakeUp Dispatcher { get; } = new(time);

    public IDueMessageTypes Carry<TMessage>()
        where TMessage : class
    {
        _types[NameOf(typeof(TMessage))] = typeof(TMessage);
        return this;
    }

    public string NameOf(object message)
    {
        var name = NameOf(message.GetType());
        return _types.ContainsKey(name)
            ? name
            : throw new InvalidOperationException($"The scheduler of {contextType.Name} does not carry {name}.");
    }

    public object Read(DueMessage row) => _types.TryGetValue(row.MessageType, out var type)
        ? JsonSerializer.Deserialize(row.Body, type)!
        : throw new InvalidOperationException(
            $"The scheduler of {contextType.Name} holds a {row.MessageType}, which this version does not know.");

    /// <summary>The dispatcher means to look again at this time.</summary>
    public void LookAt(DateTimeOffset next) => Interlocked.Exchange(ref _nextLookTicks, next.UtcTicks);

    /// <summary>A timer has been set; the dispatcher is woken only if it would look too late.</summary>
    public void Scheduled(DateTimeOffset due)
    {
        if (due.UtcTicks < Interlocked.Read(ref _nextLookTicks))
            Dispatcher.Ring();
    }

    private static string NameOf(Type type) => type.FullName!;
}

/// <summary>The plan of one context, to be asked for by its type.</summary>
internal sealed class DuePlan<TContext>(TimeProvider time) : DuePlan(typeof(TContext), time);
