using System.Threading.Channels;
using Availsync.Bus.Durable;
using Availsync.Contracts;

namespace Availsync.Arbiter.Tests;

/// <summary>Keeps what the doors were told.</summary>
internal sealed class RecordingPublisher : IDurablePublisher
{
    private readonly Channel<Guid> _attendances = Channel.CreateUnbounded<Guid>();

    public ValueTask<Guid> NextAsync() => _attendances.Reader.ReadAsync();

    public Task PublishAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : class
    {
        foreach (var attendance in ((WaitsAnswered)(object)message).Attendances)
            _attendances.Writer.TryWrite(attendance);
        return Task.CompletedTask;
    }
}
