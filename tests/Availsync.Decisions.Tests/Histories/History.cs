using System.Text.Json;
using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>
/// Runs the steps of a history through the core as an arbiter would: repeats first, then the decision, then its facts.
/// Where there is a <see cref="PlainModel"/>, it takes every step too, and the two are held together.
/// </summary>
internal sealed class History(PlainModel? model = null)
{
    private readonly World world = new();
    private readonly List<ClaimId> claims = [];
    private readonly List<(Command Command, IdempotencyStamp Stamp)> sent = [];
    private readonly Dictionary<(Guid, string, string), RecordedAnswer> records = [];
    private readonly Dictionary<(Guid, string, string), int> grants = [];

    /// <summary>The kinds of outcome that the history came by.</summary>
    public HashSet<string> Outcomes { get; } = [];

    /// <summary>Everything that followed, with its root.</summary>
    public List<(string Root, ClaimFact Fact)> Facts { get; } = [];

    public DateTimeOffset Now => world.Now;

    public IEnumerable<RootState> Roots =>
        Cast.Resources.Select(r => World.Resource(r.Text).Root).Distinct().Select(world.Root);

    public IEnumerable<Claim> Active => Roots.SelectMany(r => r.Holding(Now)).OrderBy(c => claims.IndexOf(c.Id));

    public History Take(Step[] steps, Action? afterEach = null)
    {
        foreach (var step in steps)
        {
            world.Pass(step.Pass);
            if (model is not null) model.Now += step.Pass;
            Take(step);
            afterEach?.Invoke();
        }

        return this;
    }

    private void Take(Step step)
    {
        if (step.Deed == Deed.Repeat)
        {
            if (sent.Count > 0) Repeat(step);
            return;
        }

        var needsClaim = step.Deed is not (Deed.Start or Deed.Observe or Deed.Check);
        if (needsClaim && claims.Count == 0) return;
        var claim = needsClaim ? Math.Max(0, claims.Count - 1 - step.Claim) : 0;
        var isOwner = needsClaim && step.Agent >= Cast.Agents.Length;
        var agent = isOwner ? OwnerOf(claims[claim]) : step.Agent % Cast.Agents.Length;
        var command = CommandOf(step, Cast.Agents[agent], needsClaim ? claims[claim] : default);
        if (step.Key == 0 || step.Deed is Deed.Check or Deed.Revoke or Deed.Wake)
        {
            AssertSame(step, agent, claim, Decide(command));
            return;
        }

        var stamp = StampOf(step, Cast.Agents[agent], command);
        sent.Add((command, stamp));
        if (Recorded(stamp) is null) AssertSame(step, agent, claim, Answer(command, stamp).Outcome);
        else Repeated(command, stamp);
    }

    private void Repeat(Step step)
    {
        var (command, stamp) = sent[Math.Max(0, sent.Count - 1 - step.Claim)];
        if (Recorded(stamp) is not null) Repeated(command, stamp);
    }

    private void Repeated(Command command, IdempotencyStamp stamp)
    {
        var before = Roots.ToList();
        var first = Recorded(stamp)!;
        var answer = Answer(command, stamp);
        Assert.Equal(before, Roots);
        if (stamp.BodyHash == first.BodyHash) Assert.Same(first.Outcome, answer.Outcome);
        else Assert.IsType<Outcome.KeyReused>(answer.Outcome);
    }

    private Reply.Answered Answer(Command command, IdempotencyStamp stamp)
    {
        if (Repeats.Find(Recorded(stamp), stamp, requestId: "again") is { } repeat) return repeat;
        var outcome = Decide(command);
        if (Repeats.IsKept(outcome)) records.Add(NameOf(stamp), new RecordedAnswer(stamp.BodyHash, outcome, "first"));
        if (outcome is Outcome.Granted)
            Assert.Equal(1, grants[NameOf(stamp)] = grants.GetValueOrDefault(NameOf(stamp)) + 1);
        return new Reply.Answered(outcome, "first", Replayed: false, ClaimStatus: null);
    }

    private Outcome Decide(Command command)
    {
        var before = Roots.ToDictionary(r => r.Root);
        var outcome = world.Do(command);
        if (outcome is Outcome.Granted granted) claims.Add(granted.Claim.Id);
        Outcomes.Add(outcome.GetType().Name);
        foreach (var root in Roots)
        {
            var grown = root.LastSequence - before[root.Root].LastSequence;
            if (grown == 0) Assert.Equal(before[root.Root], root);
            else Facts.AddRange(world.Facts.Select(f => (root.Root, f)));
        }

        return outcome;
    }

    private int OwnerOf(ClaimId id)
    {
        var owner = Roots.SelectMany(r => r.Claims.Values).Single(c => c.Id == id).AgentId;
        return Array.FindIndex(Cast.Agents, a => a.AgentId == owner);
    }

    private void AssertSame(Step step, int agent, int claim, Outcome outcome)
    {
        if (model is null) return;
        var expected = Expect(model, step, agent, claim);
        var spoken = new Spoken(claims);
        if (spoken.Say(outcome) is var said && said != expected)
            Assert.Fail($"At {Spoken.At(Now)} {step} should be '{expected}' but is '{said}'.");
        var (mine, theirs) = (string.Join("; ", model.Active), string.Join("; ", Active.Select(spoken.Active)));
        if (mine != theirs) Assert.Fail($"After {step} there should be '{mine}' but is '{theirs}'.");
    }

    private static string Expect(PlainModel model, Step step, int agent, int claim) => step.Deed switch
    {
        Deed.Start => model.Start(agent, step.Resource, step.Seconds),
        Deed.Observe => model.Observe(agent, step.Resource),
        Deed.Check => model.Check(agent, step.Resource),
        Deed.Extend => model.Extend(agent, claim, step.Seconds, wish: null),
        Deed.ExtendWithFiles => model.Extend(agent, claim, step.Seconds, step.Wish),
        Deed.Declare => model.Declare(agent, claim, step.Wish),
        Deed.Finish or Deed.Release => model.End(agent, claim, ClaimStatus.Released),
        Deed.ReleaseByPerson or Deed.Revoke => model.End(agent: null, claim, ClaimStatus.Revoked),
        _ => model.Wake(claim),
    };

    private static Command CommandOf(Step step, Caller agent, ClaimId claim) => step.Deed switch
    {
        Deed.Start => World.Start(agent, Cast.Resources[step.Resource].Text, step.Seconds),
        Deed.Observe => World.Start(
            agent, Cast.Resources[step.Resource].Text, step.Seconds, mode: ArbitrationMode.Observe),
        Deed.Check => new CheckRun(
            agent, World.Resource(Cast.Resources[step.Resource].Text), Priority: 100, ArbitrationMode.Enforce),
        Deed.Extend => new ExtendClaim(agent, claim, World.Seconds(step.Seconds), WorkingSet: null),
        Deed.ExtendWithFiles => new ExtendClaim(agent, claim, World.Seconds(step.Seconds), step.Wish.Declaration),
        Deed.Declare => new DeclareWorkingSet(agent, claim, step.Wish.Declaration),
        Deed.Finish => new FinishRun(agent, claim, RunOutcome.Succeeded, "done"),
        Deed.Release => new ReleaseClaim(agent, claim, ExpectedToken: null),
        Deed.ReleaseByPerson => new ReleaseClaim(World.Jane, claim, ExpectedToken: null),
        Deed.Revoke => new RevokeClaim(claim, World.Org),
        _ => new ExpireClaim(claim, World.Org),
    };

    private static IdempotencyStamp StampOf(Step step, Caller agent, Command command)
    {
        var principal = step.Deed == Deed.ReleaseByPerson ? World.Jane.PersonId!.Value : agent.AgentId;
        return IdempotencyKey.TryParse($"key-{step.Key}", out var key)
            ? new IdempotencyStamp(World.Org, principal, $"POST /{step.Deed}", key, JsonSerializer.Serialize(command))
            : throw new InvalidOperationException();
    }

    private RecordedAnswer? Recorded(IdempotencyStamp stamp) => records.GetValueOrDefault(NameOf(stamp));

    private static (Guid, string, string) NameOf(IdempotencyStamp stamp) =>
        (stamp.PrincipalId, stamp.Route, stamp.Key.Value);
}
