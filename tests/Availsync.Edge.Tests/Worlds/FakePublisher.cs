using System.Threading.Channels;
using Availsync.Bus.Durable;
using Availsync.Contracts;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>Stands for a broker, or for whoever handles messages in the same process.</summary>
internal sealed class FakePublisher : IDurablePublisher
{
    private readonly Channel<TrafficRecord> _taken = Channel.CreateUnbounded<TrafficRecord>();
    private readonly Channel<TrafficRecords> _tried = Channel.CreateUnbounded<TrafficRecords>();

    /// <summary>What becomes of a message before it is taken.</summary>
    public Func<CancellationToken, Task> Fate { get; set; } = _ => Task.CompletedTask;

    /// <summary>The next record that was taken, in order.</summary>
    public async Task<TrafficRecord> NextAsync() => await _taken.Reader.ReadAsync();

    /// <summary>The next message that was tried, taken or not.</summary>
    public async Task<TrafficRecords> TriedAsync() => await _tried.Reader.ReadAsync();

    /// <summary>What has been taken and not been asked for.</summary>
    public IEnumerable<TrafficRecord> Rest()
    {
        while (_taken.Reader.TryRead(out var record)) yield return record;
    }

    public async Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        var records = (TrafficRecords)(object)message;
        _tried.Writer.TryWrite(records);
        await Fate(cancellationToken);
        foreach (var record in records.Records) _taken.Writer.TryWrite(record);
    }
}
