using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>One workspace before the core, with its holds and its clock.</summary>
internal sealed class HoldWorld
{
    public const string Jane = "calendar:jane";

    private readonly Dictionary<string, RootState> roots = [];
    private readonly Dictionary<HoldId, string> rootOf = [];
    private int ids = 1000;

    public DateTimeOffset Now { get; private set; } = World.Morning;

    /// <summary>What followed from the last command.</summary>
    public IReadOnlyList<ClaimFact> Facts { get; private set; } = [];

    /// <summary>What the workspace uses of its plan, counted anew.</summary>
    public PlanRoom Room => new(
        All.Select(h => h.AsOf(Now)).LongCount(h => h.IsBlocking && Now < h.Window.EndsAt), ProtectedResources: 0);

    /// <summary>Every hold there ever was, as the core knows it.</summary>
    public IEnumerable<Hold> All => roots.Values.SelectMany(r => r.Holds.Values);

    public static HoldResource Resource(string name) => HoldResource.TryParse(name, out var resource, out var error)
        ? resource
        : throw new InvalidOperationException(error);

    /// <summary>A window between two moments, in minutes from the morning on.</summary>
    public static HoldWindow Window(double from, double to) =>
        HoldWindow.TryCreate(
            World.Morning.AddMinutes(from), World.Morning.AddMinutes(to), out var window, out var error)
            ? window
            : throw new InvalidOperationException(error);

    public static PlaceHold Place(
        double from, double to, Caller? caller = null, int? ttl = null, int priority = 100, string on = Jane) =>
        new(
            caller ?? World.Codex, Resource(on), Window(from, to), ttl, priority, "review", "{}",
            ArbitrationMode.Enforce);

    public static CheckAvailability Check(double from, double to) =>
        new(World.Codex, Resource(Jane), Window(from, to));

    public RootState Root(string root) => roots.GetValueOrDefault(root) ?? RootState.Unclaimed(World.Org, root);

    public Hold Find(Hold hold) => Root(rootOf[hold.Id]).Holds[hold.Id];

    public void Pass(double minutes) => Now += TimeSpan.FromMinutes(minutes);

    public Outcome Do(HoldCommand command, bool callerEnded = false)
    {
        var root = command switch
        {
            WindowCommand window => window.Resource.Root,
            PlacedHoldCommand placed => rootOf.GetValueOrDefault(placed.HoldId, "hold:nowhere"),
            _ => throw new InvalidOperationException(),
        };
        var context = new DecisionContext(Now, new ClaimId(World.Id(++ids)), callerEnded, Room);
        var decision = Arbitration.Decide(Root(root), command, context);
        roots[root] = decision.Facts.Aggregate(Root(root), Arbitration.Evolve);
        foreach (var hold in roots[root].Holds.Keys) rootOf[hold] = root;
        Facts = decision.Facts;
        return decision.Outcome;
    }

    public T Do<T>(HoldCommand command)
        where T : Outcome => Assert.IsType<T>(Do(command));

    /// <summary>A hold that is placed without ado.</summary>
    public Hold Placed(
        double from, double to, Caller? caller = null, int? ttl = null, int priority = 100, string on = Jane) =>
        Do<Outcome.HoldPlaced>(Place(from, to, caller, ttl, priority, on)).Hold;
}
