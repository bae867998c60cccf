using Availsync.Contracts;
using Availsync.Edge.Lanes;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Waiting;

/// <summary>
/// Starts that wait for their turn. The place is the partition's, and it holds nothing of this process: a call asks
/// again, with its ticket, when it is told to or now and then, and once more when its time is over. So it does not
/// matter which instance owns the partition by then, or whether a hint was lost.
/// </summary>
internal sealed class WaitingCalls(
    LaneMap lanes, WaitingRoom room, TimeProvider time, IOptions<EdgeOptions> options, IHostApplicationLifetime process)
{
    /// <summary>Well within the time for which an answer waits to be fetched.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    /// <summary>For so long it is tried to give back what cannot be delivered.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(30);

    /// <summary>The partition's final reply; null where none came in time.</summary>
    /// <exception cref="OperationCanceledException">The caller has hung up; it holds no place and no claim.</exception>
    public async Task<Reply?> AskAsync(CommandEnvelope envelope, WaitRequest wait, CancellationToken hungUp)
    {
        var start = (StartRun)envelope.Command;
        wait = wait with
        {
            Attendance = Guid.CreateVersion7(time.GetUtcNow()),
            RequestId = envelope.RequestId,
            Repeat = envelope.Idempotency,
        };
        if (room.Enter(wait.Attendance) is not { } seat)
            return await lanes.AskAsync(envelope with { Command = start with { Wait = null } }, hungUp);
        using (seat)
        {
            var reply = await WaitAsync(envelope, start with { Wait = wait }, seat, hungUp);
            if (hungUp.IsCancellationRequested)
            {
                _ = LeaveAsync(envelope, start, wait.Attendance, reply);
                hungUp.ThrowIfCancellationRequested();
            }

            // A repeat has its answer from the first call, and needs no place of its own.
            if (reply is Reply.Answered { Replayed: true })
                _ = LeaveAsync(envelope, start, wait.Attendance, reply: null);
            return reply;
        }
    }

    private async Task<Reply?> WaitAsync(
        CommandEnvelope envelope, StartRun start, WaitingRoom.Seat seat, CancellationToken hungUp)
    {
        var until = time.GetUtcNow().AddSeconds(start.Wait!.Seconds);

        // A question is never given up half-way: what came of it has to be known, to be given back if need be.
        var reply = await lanes.AskAsync(envelope with { Command = start }, CancellationToken.None);
        while (reply is Reply.Answered { Outcome: Outcome.Waiting } or not Reply.Answered && !hungUp.IsCancellationRequested)
        {
            if (reply is Reply.Answered { Outcome: Outcome.Waiting { Ticket: var ticket } })
                start = start with { Wait = start.Wait! with { Ticket = ticket } };
            else if (start.Wait!.Ticket is null || start.Wait.Seconds == 0)
                return reply;
            var left = await PauseAsync(until, seat, hungUp);
            if (hungUp.IsCancellationRequested) return reply;
            start = start with { Wait = start.Wait! with { Seconds = left } };
            var deadline = time.GetUtcNow() + options.Value.Patience;
            reply = await lanes.AskAsync(envelope with { Command = start, Deadline = deadline }, CancellationToken.None);
        }

        return reply;
    }

    /// <summary>Waits for a hint, but not for long; returns how many seconds are left.</summary>
    private async Task<int> PauseAsync(DateTimeOffset until, WaitingRoom.Seat seat, CancellationToken hungUp)
    {
        var left = until - time.GetUtcNow();
        if (left <= TimeSpan.Zero) return 0;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hungUp, process.ApplicationStopping);
        try
        {
            await seat.WaitAsync(left < AskEvery ? left : AskEvery, time, either.Token);
        }
        catch (OperationCanceledException)
        {
            return 0; // A process that stops sends its callers on, with their tickets.
        }

        left = until - time.GetUtcNow();
        return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : 0;
    }

    /// <summary>Gives up the place, and what it has brought.</summary>
    private Task<Reply?> LeaveAsync(CommandEnvelope envelope, StartRun start, Guid attendance, Reply? reply)
    {
        Command command = reply is Reply.Answered { Replayed: false, Outcome: Outcome.Granted { Claim.Id: var claim } }
            ? new FinishRun(start.Caller, claim, RunOutcome: null, Summary: null)
            : new LeaveQueue(start.Caller, start.Resource, attendance);
        var deadline = time.GetUtcNow() + LeaveWithin;
        return lanes.AskAsync(
            new CommandEnvelope(command, deadline, envelope.RequestId, Idempotency: null), CancellationToken.None);
    }
}
