using System.Globalization;
using Availsync.Contracts;
using Availsync.Simulation.Worlds;

namespace Availsync.Simulation.Clients;

/// <summary>
/// An agent behind an edge: it does one thing after the other, repeats what is not answered under the same key, asks again
/// while it waits, and at times gives up or comes back late with what was answered long ago.
/// </summary>
internal sealed class Client(World world, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);
    private const int AttemptsMax = 8;

    private readonly Caller _caller = Cast.Agent(number);
    private readonly List<Claim> _claims = [];
    private readonly List<Hold> _holds = [];
    private readonly List<Op> _past = [];
    private int _ops;

    /// <summary>What is going on; null where it may begin something.</summary>
    public Op? Current { get; private set; }

    /// <summary>When there is something to do but to begin.</summary>
    public DateTimeOffset? NextAt => Current is null ? null : Current.AskAgainAt ?? Current.Deadline;

    public bool IsDue => NextAt <= world.Time.Now;

    public override string ToString() => $"agent{number}";

    public void Begin()
    {
        if (_past.Count > 0 && world.Chance.In1000(60))
        {
            // Late, and once more: the answer has to be the first one.
            var op = world.Chance.Of(_past);
            op.Attempts++;
            Send(op, op.Command);
            return;
        }

        var command = Choose();
        var hasKey = command is not (CheckRun or CheckAvailability or LeaveQueue) && !world.Chance.In1000(150);
        var waits = command is StartRun { Wait: not null };
        var id = string.Create(
            CultureInfo.InvariantCulture, $"c{number}.{++_ops}{(waits ? "w" : "")}{(hasKey ? "k" : "")}");
        Current = new Op(id, command, hasKey ? Stamp(id) : null) { Attempts = 1 };
        if (command is StartRun { Wait.Seconds: > 0 and var seconds })
            (Current.WaitUntil, Current.Attendance) = (world.Time.Now.AddSeconds(seconds), world.Chance.Guid());
        Ask(Current);
    }

    /// <summary>Asks again, repeats, or gives up.</summary>
    public void GoOn()
    {
        var op = Current!;
        if (op.AskAgainAt is not null && (op.WaitUntil is not null || world.Time.Now < op.Deadline))
        {
            if (op.WaitUntil is not null && !world.IsClosing && world.Chance.In1000(30)) HangUp(op);
            else Ask(op);
            return;
        }

        // No answer in time. Without a key nobody knows, and it is not asked again.
        var mayRepeat = op.Key is not null || op.WaitUntil is not null || op.Command is CheckRun or CheckAvailability;
        if (!mayRepeat || (!world.IsClosing && (op.Attempts >= AttemptsMax || world.Chance.In1000(80))))
        {
            world.Note($"{op} gives up");
            Current = null;
            return;
        }

        if (op.WaitUntil is null) op.Attempts++;
        Ask(op);
    }

    public void Receive(Op op, int asked, Reply reply)
    {
        var what = reply is Reply.Answered answered
            ? $"{answered.Outcome.GetType().Name}{(answered.Replayed ? " again" : "")}"
            : reply.GetType().Name;
        world.Note($"{op} is told {what}");
        world.Replies.Check(op, reply);
        if (op != Current || asked != op.Asked) return;
        switch (reply)
        {
            case Reply.Answered { Outcome: Outcome.Waiting waiting }:
                op.Ticket = waiting.Ticket;
                op.AskAgainAt = world.Time.Now + AskEvery;
                break;
            case Reply.Answered { Outcome: var outcome }:
                Learn(outcome);
                op.IsOver = true;
                if (op.Key is not null) _past.Add(op);
                if (_past.Count > 5) _past.RemoveAt(0);
                Current = null;
                break;
            case Reply.Undecided:
                op.AskAgainAt = world.Time.Now.AddMilliseconds(world.Chance.Between(25, 400));
                break;
            default:
                op.AskAgainAt = null;
                op.Deadline = world.Time.Now.AddMilliseconds(world.Chance.Between(100, 1000));
                break;
        }
    }

    /// <summary>A call that waits is told that there may be an answer.</summary>
    public void Hint(IReadOnlyList<Guid> attendances)
    {
        if (Current is { AskAgainAt: not null } op && attendances.Contains(op.Attendance)) op.AskAgainAt = world.Time.Now;
    }

    private void Ask(Op op)
    {
        var command = op.Command;
        if (op.WaitUntil is { } until && command is StartRun start)
        {
            var left = Math.Max(0, (int)Math.Ceiling((until - world.Time.Now).TotalSeconds));
            command = start with { Wait = new WaitRequest(left, op.Ticket, op.Attendance, op.RequestId, op.Key) };
        }

        // An ask that is sent again within its deadline keeps it, as in a lane; every other one has its own.
        if (op.Deadline <= world.Time.Now || op.WaitUntil is not null) op.Deadline = world.Time.Now + Patience;
        Send(op, command);
    }

    private void Send(Op op, Command command)
    {
        op.Asked++;
        op.AskAgainAt = null;
        var asked = op.Asked;
        var deadline = op == Current ? op.Deadline : world.Time.Now + Patience;
        var envelope = new CommandEnvelope(command, deadline, op.RequestId, op.Key);
        world.Note($"{op} is sent ({op.RequestId})");
        world.Broker.Ask(envelope, op.ToString(), reply => Receive(op, asked, reply));
    }

    private void HangUp(Op op)
    {
        var start = (StartRun)op.Command;
        world.Note($"{op} hangs up");
        Current = null;
        var id = op.Id.TrimEnd('k') + "l";
        Send(new Op(id, new LeaveQueue(_caller, start.Resource, op.Attendance), key: null) { Attempts = 1 });

        void Send(Op leaving) => this.Send(leaving, leaving.Command);
    }

    private void Learn(Outcome outcome)
    {
        switch (outcome)
        {
            case Outcome.Granted granted:
                _claims.Add(granted.Claim);
                break;
            case Outcome.Extended extended:
                _claims.RemoveAll(c => c.Id == extended.Claim.Id);
                _claims.Add(extended.Claim);
                break;
            case Outcome.Ended or Outcome.AlreadyEnded or Outcome.ClaimNotActive or Outcome.NotFound
                when Current!.Command is ClaimCommand on:
                _claims.RemoveAll(c => c.Id == on.ClaimId);
                break;
            case Outcome.HoldPlaced placed:
                _holds.Add(placed.Hold);
                break;
            case Outcome.HoldEnded or Outcome.HoldAlreadyEnded or Outcome.HoldNotActive or Outcome.NotFound
                when Current!.Command is PlacedHoldCommand on:
                _holds.RemoveAll(h => h.Id == on.HoldId);
                break;
        }

        if (_claims.Count > 4) _claims.RemoveAt(0);
        if (_holds.Count > 4) _holds.RemoveAt(0);
    }

    private Command Choose()
    {
        var chance = world.Chance;
        var kind = chance.Below(100);
        if (_claims.Count > 0 && kind < 45)
        {
            var claim = chance.Of(_claims);
            return kind switch
            {
                < 13 => new FinishRun(_caller, claim.Id, RunOutcome.Succeeded, Summary: null),
                < 16 => new ReleaseClaim(_caller, claim.Id, chance.In1000(300) ? claim.FencingToken : null),
                < 18 => new ReleaseClaim(_caller with { PersonId = _caller.AgentId }, claim.Id, ExpectedToken: null),
                < 33 => new ExtendClaim(_caller, claim.Id, Lease(), chance.In1000(300) ? Files() : null),
                _ => new DeclareWorkingSet(_caller, claim.Id, Files()),
            };
        }

        if (_holds.Count > 0 && kind < 53)
        {
            var hold = chance.Of(_holds);
            return kind < 50 ? new ConfirmHold(_caller, hold.Id) : new ReleaseHold(_caller, hold.Id);
        }

        return kind switch
        {
            < 60 => Hold(),
            < 66 => new CheckRun(_caller, chance.Of(Cast.Resources), Priority(), ArbitrationMode.Enforce)
            {
                ExpiryGraceSeconds = Cast.GraceSecondsOf(_caller.OrgId),
                PreemptsLower = Cast.PreemptsLower(_caller.OrgId),
            },
            _ => Start(),
        };
    }

    private StartRun Start() => new(
        _caller, world.Chance.Of(Cast.Resources), Lease(), Priority(), Reason: null, "generic", "{}",
        world.Chance.In1000(40) ? ArbitrationMode.Observe : ArbitrationMode.Enforce)
    {
        Plan = Cast.PlanOf(_caller.OrgId),
        ExpiryGraceSeconds = Cast.GraceSecondsOf(_caller.OrgId),
        PreemptsLower = Cast.PreemptsLower(_caller.OrgId),
        Wait = world.Chance.In1000(500)
            ? new WaitRequest(world.Chance.Between(2, 15), Ticket: null, default, RequestId: null, Repeat: null)
            : null,
    };

    private Command Hold()
    {
        var chance = world.Chance;
        var from = world.Time.Now.AddSeconds(chance.Between(10, 300));
        if (!HoldWindow.TryCreate(from, from.AddSeconds(chance.Between(20, 200)), out var window, out var error))
            throw new InvalidOperationException(error);
        var resource = chance.Of(Cast.HoldResources);
        if (chance.In1000(150)) return new CheckAvailability(_caller, resource, window);
        return new PlaceHold(
            _caller, resource, window, chance.In1000(700) ? chance.Between(3, 12) : null, Priority(), Reason: null, "{}",
            ArbitrationMode.Enforce)
        {
            Plan = Cast.PlanOf(_caller.OrgId),
            Arbitration = Cast.PreemptsLower(_caller.OrgId) ? ArbitrationRule.PreemptLower : ArbitrationRule.FirstCome,
        };
    }

    private WorkingSetDeclaration Files()
    {
        var chance = world.Chance;
        var paths = Cast.Files.Where(_ => chance.In1000(400)).ToList();
        if (paths.Count == 0) paths.Add(chance.Of(Cast.Files));
        return new WorkingSetDeclaration(
            chance.In1000(200) ? AccessMode.Read : AccessMode.Edit, paths, chance.In1000(300) ? chance.Between(5, 20) : null,
            chance.Of([WorkingSetOperation.Replace, WorkingSetOperation.Add, WorkingSetOperation.Remove]), Resource: null);
    }

    private LeaseDuration Lease() =>
        LeaseDuration.TryFromSeconds(world.Chance.Between(5, 12), out var duration)
            ? duration
            : throw new InvalidOperationException("No lease is as short as that.");

    private int Priority() => world.Chance.Of([0, 0, 3, 10]);

    private IdempotencyStamp Stamp(string id) => new(
        _caller.OrgId, _caller.AgentId, "POST /v1/simulation",
        IdempotencyKey.TryParse(id, out var key) ? key : throw new InvalidOperationException(id), BodyHash: id);
}
