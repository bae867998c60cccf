using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>One workspace before the core: its roots, its clock, and who acts in it.</summary>
internal sealed class World
{
    public static readonly Guid Org = Id(1);
    public static readonly Caller Codex = new(Org, Id(11), "nightly-codex", PersonId: null);
    public static readonly Caller Claude = new(Org, Id(12), "claude", PersonId: null);
    public static readonly Caller Jane = new(Org, Guid.Empty, "", PersonId: Id(21));
    public static readonly Caller Stranger = new(Id(2), Codex.AgentId, "nightly-codex", PersonId: Id(22));
    public static readonly DateTimeOffset Morning = new(2026, 5, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, RootState> roots = [];
    private readonly Dictionary<ClaimId, string> rootOf = [];
    private int ids = 1000;

    public DateTimeOffset Now { get; private set; } = Morning;

    /// <summary>What followed from the last command.</summary>
    public IReadOnlyList<ClaimFact> Facts { get; private set; } = [];

    /// <summary>The agents that have been disabled or deleted.</summary>
    public HashSet<Guid> Ended { get; } = [];

    /// <summary>What the workspace uses of its plan, counted anew.</summary>
    public PlanRoom Room => new(
        roots.Values.SelectMany(r => r.Holding(Now)).LongCount(c => !c.IsRehearsal),
        roots.Values.Sum(r => (long)r.Resources.Count));

    public static Guid Id(int number) => new(number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    public static ResourceRef Resource(string text) =>
        ResourceRef.TryParse(text, out var resource, out var error)
            ? resource
            : throw new InvalidOperationException(error);

    public static LeaseDuration Seconds(int seconds) =>
        LeaseDuration.TryFromSeconds(seconds, out var duration)
            ? duration
            : throw new InvalidOperationException($"{seconds} s");

    public static StartRun Start(
        Caller caller,
        string resource,
        int seconds = 600,
        int priority = 100,
        ArbitrationMode mode = ArbitrationMode.Enforce) =>
        new(caller, Resource(resource), Seconds(seconds), priority, "scheduled run", "codex", "{}", mode);

    public static WorkingSetDeclaration Files(AccessMode mode, params string[] paths) =>
        new(mode, Paths.Of(paths), LeaseSeconds: null, WorkingSetOperation.Replace, Resource: null);

    public static DeclareWorkingSet Edit(Caller caller, Claim claim, params string[] paths) =>
        new(caller, claim.Id, Files(AccessMode.Edit, paths));

    public static ExtendClaim Extend(Caller caller, Claim claim, int seconds) =>
        new(caller, claim.Id, Seconds(seconds), WorkingSet: null);

    public static FinishRun Finish(Caller caller, Claim claim) =>
        new(caller, claim.Id, RunOutcome: null, Summary: null);

    public static ReleaseClaim Release(Caller caller, Claim claim) => new(caller, claim.Id, ExpectedToken: null);

    /// <summary>A start that waits; the attendance names the call.</summary>
    public static StartRun Waiting(
        Caller caller, string resource, int attendance, int wait = 55, int priority = 100, Guid? ticket = null) =>
        Start(caller, resource, priority: priority) with
        {
            Wait = new WaitRequest(wait, ticket, Id(attendance), $"request-{attendance}", Repeat: null),
        };

    public RootState Root(string root) => roots.GetValueOrDefault(root) ?? RootState.Unclaimed(Org, root);

    /// <summary>The claim as the core knows it, its own clock apart.</summary>
    public Claim Find(Claim claim) => Root(rootOf[claim.Id]).Claims[claim.Id];

    public void Pass(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    public Outcome Do(Command command, bool callerEnded = false)
    {
        var root = command switch
        {
            StartRun start => start.Resource.Root,
            CheckRun check => check.Resource.Root,
            LeaveQueue leave => leave.Resource.Root,
            ServeQueue serve => serve.Root,
            ClaimCommand claim => rootOf.GetValueOrDefault(claim.ClaimId, "repo:nowhere"),
            _ => "repo:nowhere",
        };
        var context = new DecisionContext(Now, new ClaimId(Id(++ids)), callerEnded, Room)
        {
            EndedAgents = Ended,
        };
        var decision = Arbitration.Decide(Root(root), command, context);
        roots[root] = Arbitration.After(Root(root), decision);
        foreach (var granted in decision.Facts.OfType<ClaimGranted>()) rootOf.Add(granted.Claim.Id, root);
        Facts = decision.Facts;
        return decision.Outcome;
    }

    public T Do<T>(Command command)
        where T : Outcome => Assert.IsType<T>(Do(command));

    /// <summary>A claim that is granted without ado.</summary>
    public Claim Granted(Caller caller, string resource, int seconds = 600) =>
        Do<Outcome.Granted>(Start(caller, resource, seconds)).Claim;

    /// <summary>A claim that edits files.</summary>
    public Claim Editing(Caller caller, string resource, params string[] paths)
    {
        var claim = Granted(caller, resource);
        Do<Outcome.WorkingSetDeclared>(Edit(caller, claim, paths));
        return Find(claim);
    }
}
