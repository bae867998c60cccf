using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Availsync.Bus.Durable;

/// <summary>
/// Which of the messages of one channel the broker has answered for. The client could keep count itself, but then each
/// message would be waited for alone or its order be left to chance: here they leave one after the other, and all of
/// them are waited for together.
/// </summary>
internal sealed class Confirms
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ulong> _open = [];
    private TaskCompletionSource _answered = Done();
    private int _refused;

    public Confirms(IChannel channel)
    {
        channel.BasicAcksAsync += (_, ack) => TakeAsync(ack.DeliveryTag, ack.Multiple, isRefusal: false);
        channel.BasicNacksAsync += (_, nack) => TakeAsync(nack.DeliveryTag, nack.Multiple, isRefusal: true);
        channel.ChannelShutdownAsync += (_, reason) => LoseAsync(reason);
    }

    /// <summary>Before a message leaves: so many, from this number on, are to be answered for.</summary>
    public void Expect(ulong first, int count)
    {
        lock (_gate)
        {
            _refused = 0;
            _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            for (var i = 0; i < count; i++) _open.Add(first + (ulong)i);
            if (_open.Count == 0) _answered.SetResult();
        }
    }

    /// <summary>
    /// Waits until all are answered for, and returns how many were refused. It throws where the channel has gone.
    /// </summary>
    public async Task<int> AnsweredAsync(CancellationToken cancellationToken)
    {
        Task answered;
        lock (_gate) answered = _answered.Task;
        await answered.WaitAsync(cancellationToken);
        lock (_gate) return _refused;
    }

    private Task TakeAsync(ulong number, bool multiple, bool isRefusal)
    {
        lock (_gate)
        {
            var count = 1;
            if (multiple) count = _open.RemoveWhere(open => open <= number);
            else _open.Remove(number);
            if (isRefusal) _refused += count;
            if (_open.Count == 0) _answered.TrySetResult();
        }

        return Task.CompletedTask;
    }

    private Task LoseAsync(ShutdownEventArgs reason)
    {
        lock (_gate) _answered.TrySetException(new IOException($"The channel has gone: {reason.ReplyText}"));
        return Task.CompletedTask;
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }
}
