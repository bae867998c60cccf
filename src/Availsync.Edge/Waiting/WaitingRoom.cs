using System.Collections.Concurrent;
using Availsync.Bus.Durable;
using Availsync.Contracts;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Waiting;

/// <summary>
/// The calls that wait here for their turn, and who wakes them. What comes over the bus is a hint; each call asks for
/// its answer itself, and now and then without a hint.
/// </summary>
internal sealed class WaitingRoom(IOptions<EdgeOptions> options) : IBroadcastHandler<WaitsAnswered>
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _calls = [];

    /// <summary>A seat for the call, to be left when it is over; null where the room is full.</summary>
    public Seat? Enter(Guid attendance)
    {
        if (_calls.Count >= options.Value.WaitingMax) return null;
        _calls[attendance] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Seat(this, attendance);
    }

    public Task HandleAsync(WaitsAnswered message, CancellationToken cancellationToken)
    {
        foreach (var attendance in message.Attendances) Wake(attendance);
        return Task.CompletedTask;
    }

    /// <summary>Hints may have been missed: everybody asks.</summary>
    public void ConnectionRestored()
    {
        foreach (var attendance in _calls.Keys) Wake(attendance);
    }

    private void Wake(Guid attendance)
    {
        if (_calls.TryGetValue(attendance, out var call)) call.TrySetResult();
    }

    /// <summary>One call's place in the room.</summary>
    internal readonly struct Seat(WaitingRoom room, Guid attendance) : IDisposable
    {
        /// <summary>Until there is a hint, or the time is over. A hint wakes once.</summary>
        public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
        {
            var call = room._calls[attendance];
            try
            {
                await call.Task.WaitAsync(time, clock, cancellationToken);
                room._calls[attendance] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            catch (TimeoutException)
            {
                // Then it asks without one.
            }
        }

        public void Dispose() => room._calls.TryRemove(attendance, out _);
    }
}
