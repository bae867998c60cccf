using Availsync.Contracts;
using Availsync.Edge.Lanes;
using Availsync.Edge.Telemetry;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Waiting;

/// <summary>Reads a start anew for its caller as it is by now, or says why that one may not act any more.</summary>
internal delegate ValueTask<(StartRun? Start, IResult? Refusal)> ReadAgain();

/// <summary>
/// Starts that wait for their turn. The place is the partition's, and it holds nothing of this process: a call asks
/// again, with its ticket, when it is told to or now and then, and once more when its time is over. So it does not
/// matter which instance owns the partition by then, or whether a hint was lost.
/// </summary>
internal sealed class WaitingCalls(
    LaneMap lanes, WaitingRoom room, EdgeMetrics metrics, TimeProvider time, IOptions<EdgeOptions> options,
    IHostApplicationLifetime process)
{
    /// <summary>Well within the time for which an answer waits to be fetched.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    /// <summary>For so long it is tried to give back what cannot be delivered.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The partition's final reply, null where none came in time; or the refusal of a caller that may not act any more.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has hung up; it holds no place and no claim.</exception>
    public async Task<(Reply? Reply, IResult? Refusal)> AskAsync(
        CommandEnvelope envelope, ReadAgain again, CancellationToken hungUp)
    {
        var start = (StartRun)envelope.Command;
        var attendance = Guid.CreateVersion7(time.GetUtcNow());
        if (room.Enter(attendance) is not { } seat)
        {
            return (await lanes.AskAsync(envelope with { Command = start with { Wait = null } }, hungUp), null);
        }

        using (seat)
        {
            start = start with
            {
                Wait = start.Wait! with
                {
                    Attendance = attendance,
                    RequestId = envelope.RequestId,
                    Repeat = envelope.Idempotency,
                },
            };
            var call = new Call(envelope with { Command = start }, seat, again);
            Reply? reply = null;
            IResult? refusal = null;
            metrics.WaitingEnters();
            try
            {
                (reply, refusal) = await WaitAsync(call, hungUp);
            }
            finally
            {
                metrics.WaitingLeaves();
                // Whoever is answered from the place itself has left it, or keeps it for the ticket; all others leave it.
                var keeps = refusal is null && !hungUp.IsCancellationRequested
                    && reply is Reply.Answered { Replayed: false, Outcome: not Outcome.Observed };
                if (!keeps) _ = LeaveAsync(call, reply);
            }

            hungUp.ThrowIfCancellationRequested();
            return (reply, refusal);
        }
    }

    private async Task<(Reply? Reply, IResult? Refusal)> WaitAsync(Call call, CancellationToken hungUp)
    {
        var wait = call.Start.Wait!;
        var until = time.GetUtcNow().AddSeconds(wait.Seconds);

        // A question is never given up half-way: what came of it has to be known, to be given back if need be.
        var reply = await lanes.AskAsync(call.Envelope, CancellationToken.None);
        while (!hungUp.IsCancellationRequested)
        {
            if (reply is Reply.Answered { Outcome: Outcome.Waiting { Ticket: var ticket } })
                wait = wait with { Ticket = ticket };
            else if (reply is Reply.Answered || wait.Ticket is null || wait.Seconds == 0)
                break;

            wait = wait with { Seconds = await PauseAsync(until, call.Seat, hungUp) };
            if (hungUp.IsCancellationRequested) break;
            var (start, refusal) = await call.Again();
            if (start is null) return (null, refusal);
            var deadline = time.GetUtcNow() + options.Value.Patience;
            var command = start.Mode == ArbitrationMode.Enforce ? start with { Wait = wait } : start;
            reply = await lanes.AskAsync(
                call.Envelope with { Command = command, Deadline = deadline }, CancellationToken.None);
        }

        return (reply, null);
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
    private Task<Reply?> LeaveAsync(Call call, Reply? reply)
    {
        var start = call.Start;
        Command command = reply is Reply.Answered { Replayed: false, Outcome: Outcome.Granted { Claim.Id: var claim } }
            ? new FinishRun(start.Caller, claim, RunOutcome: null, Summary: null)
            : new LeaveQueue(start.Caller, start.Resource, start.Wait!.Attendance);
        var deadline = time.GetUtcNow() + LeaveWithin;
        return lanes.AskAsync(
            new CommandEnvelope(command, deadline, call.Envelope.RequestId, Idempotency: null), CancellationToken.None);
    }

    private sealed record Call(CommandEnvelope Envelope, WaitingRoom.Seat Seat, ReadAgain Again)
    {
        public StartRun Start => (StartRun)Envelope.Command;
    }
}
