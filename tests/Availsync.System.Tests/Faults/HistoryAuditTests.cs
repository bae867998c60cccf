namespace Availsync.System.Tests.Faults;

/// <summary>An audit that finds nothing proves nothing, unless it finds what has been planted.</summary>
public sealed class HistoryAuditTests
{
    private const string Root = "repo:o/r";
    private static readonly DateTimeOffset Zero = DateTimeOffset.UnixEpoch;
    private static readonly SeenClaim One = Claim(1, "repo:o/r", token: 1, expires: 100);
    private static readonly SeenClaim OneLonger = One with { ExpiresAt = At(200) };
    private static readonly SeenClaim Left = Claim(2, "project:o/r#left", token: 2, expires: 100);
    private static readonly SeenClaim Right = Claim(3, "project:o/r#right", token: 3, expires: 40);

    /// <summary>
    /// One holds the repo, has it prolonged and finishes; somebody is skipped meanwhile. Then two hold a part each: one
    /// finishes, the other runs out.
    /// </summary>
    private static readonly IReadOnlyList<Happening> Log =
    [
        Fact(1, 10, "claim.granted", One),
        Fact(2, 11, "run.skipped", null),
        Fact(3, 12, "claim.extended", OneLonger),
        Fact(4, 20, "claim.released", OneLonger),
        Fact(5, 21, "claim.granted", Left),
        Fact(6, 22, "claim.granted", Right),
        Fact(7, 30, "claim.released", Left),
        Fact(8, 41, "claim.expired", Right),
    ];

    private static readonly History Sound = new()
    {
        Log = Log,
        Roots = new Dictionary<string, KeptRoot> { [Root] = new(8, 3) },
        Claims = [new(OneLonger, "released"), new(Left, "released"), new(Right, "expired")],
        Audited = [.. Log.Where(h => h.Type != "claim.extended").Select(h => h.EventId)],
        Bus = Log,
        Topic = Log,
        Stream = Log,
        Answers =
        [
            new(Telling.Proceed, One, At(9), At(11)),
            new(Telling.Extended, OneLonger, At(11), At(13)),
            new(Telling.Finished, OneLonger, At(19), At(21)),
            new(Telling.Proceed, Left, At(20), At(22)),
            new(Telling.Proceed, Right, At(20), At(23)),
            new(Telling.Finished, Left, At(29), At(31)),
        ],
    };

    public static TheoryData<string, string> Planted => new(Plants.Select(p => (p.Key, p.Value.Rule)));

    private static Dictionary<string, (string Rule, Func<History, History> Plant)> Plants { get; } = new()
    {
        ["a fact is missing"] = ("sequence", h => With(h, Without(h.Log, 3))),
        ["the last fact is missing"] = ("lost events", h => With(h, Without(h.Log, 8))),
        ["a root has no facts at all"] = ("lost events", h => h with
        {
            Roots = new Dictionary<string, KeptRoot>(h.Roots) { ["repo:o/other"] = new(1, 0) },
        }),
        ["a number is given twice"] = ("sequence", h => With(h, [.. h.Log, Fact(8, 50, "run.skipped", null, id: 99)])),
        ["two facts share an id"] = ("event id",
            h => With(h, Change(h.Log, 2, f => f with { EventId = h.Log[0].EventId }))),
        ["the clock goes back"] = ("clock", h => With(h, Change(h.Log, 3, f => f with { At = At(5) }))),
        ["a token is given again"] = ("token", h => Regrant(h, 5, Left with { Token = 1 })),
        ["a token is lower"] = ("token", h => Regrant(h, 6, Right with { Token = 2 })),
        ["the root forgets its token"] = ("token", h => h with
        {
            Roots = new Dictionary<string, KeptRoot> { [Root] = new(8, 2) },
        }),
        ["a part is granted inside of a held repo"] = ("overlap", h => With(h, Move(h.Log, from: 5, to: 4))),
        ["a resource is granted twice"] = ("overlap", h => Regrant(h, 6, Right with { Resource = Left.Resource })),
        ["a repo is granted over a held part"] = ("overlap",
            h => Regrant(h, 6, Right with { Resource = One.Resource })),
        ["a lease is prolonged after its end"] = ("lease", h => With(h, Move(h.Log, from: 4, to: 3))),
        ["a lease is prolonged when it has run out"] = ("lease",
            h => With(h, Change(h.Log, 3, f => f with { At = At(100) }))),
        ["a lease is shortened"] = ("lease",
            h => With(h, Change(h.Log, 3, f => f with { Claim = One with { ExpiresAt = At(90) } }))),
        ["a lease expires before its time"] = ("lease", h => With(h, Change(h.Log, 8, f => f with { At = At(39) }))),
        ["a claim ends twice"] = ("lease", h => With(h, [.. h.Log, Fact(9, 50, "claim.expired", Left)])),
        ["an answered claim is in no fact"] = ("lost answer",
            h => With(h, Change(h.Log, 5, f => f with { Type = "run.skipped" }))),
        ["a claim was answered with another expiry"] = ("lost answer",
            h => Answer(h, 0, t => t with { Claim = One with { ExpiresAt = At(101) } })),
        ["a claim was answered with another token"] = ("lost answer",
            h => Answer(h, 0, t => t with { Claim = One with { Token = 9 } })),
        ["an answered extension is in no fact"] = ("lost answer",
            h => Answer(h, 1, t => t with { Claim = One with { ExpiresAt = At(300) } })),
        ["an answered finish is in no fact"] = ("lost answer", h => Answer(h, 5, t => t with { Claim = Right })),
        ["a claim was granted to nobody"] = ("phantom",
            h => h with { Answers = [.. h.Answers.Where(t => t.Claim.Id != Right.Id)] }),
        ["one claim was answered to two"] = ("phantom", h => h with { Answers = [.. h.Answers, h.Answers[0]] }),
        ["a claim is not in the table"] = ("lost claim", h => h with { Claims = [.. h.Claims.Skip(1)] }),
        ["the table has an older expiry"] = ("lost claim",
            h => h with { Claims = [new(One, "released"), .. h.Claims.Skip(1)] }),
        ["the table has a claim active that has ended"] = ("lost claim",
            h => h with { Claims = [.. h.Claims.Take(2), new(Right, "active")] }),
        ["the table has a claim without facts"] = ("lost events",
            h => h with { Claims = [.. h.Claims, new(Claim(4, "repo:o/r", 4, 50), "active")] }),
        ["a later question got the lower token"] = ("order", h => Answer(h, 0, t => t with { Asked = At(24) })),
        ["two clients are sure at one moment"] = ("both sure", h => Answer(h, 2, t => t with { Asked = At(26) })),
        ["accounting misses a fact"] = ("accounting", h => h with { Audited = [.. h.Audited.Skip(1)] }),
        ["accounting counts a fact twice"] = ("accounting", h => h with { Audited = [.. h.Audited, h.Audited[0]] }),
        ["accounting knows what never happened"] = ("accounting", h => h with { Audited = [.. h.Audited, Id(77)] }),
        ["the bus misses a fact"] = ("bus", h => h with { Bus = Without(h.Bus, 4) }),
        ["the bus misses the last fact"] = ("bus", h => h with { Bus = Without(h.Bus, 8) }),
        ["the bus changes the order"] = ("bus", h => h with { Bus = [h.Bus[1], h.Bus[0], .. h.Bus.Skip(2)] }),
        ["the bus tells another story"] = ("bus",
            h => h with { Bus = Change(h.Bus, 1, f => f with { Claim = One with { Token = 7 } }) }),
        ["the topic misses a fact"] = ("topic", h => h with { Topic = Without(h.Topic, 4) }),
        ["the topic changes the order"] = ("topic",
            h => h with { Topic = [h.Topic[1], h.Topic[0], .. h.Topic.Skip(2)] }),
        ["the stream misses a fact"] = ("stream", h => h with { Stream = Without(h.Stream, 2) }),
        ["the stream repeats a fact"] = ("stream", h => h with { Stream = [.. h.Stream, h.Stream[^1]] }),
    };

    [Fact]
    public void A_sound_history_has_no_violation_though_the_bus_repeats_itself()
    {
        Assert.Empty(HistoryAudit.Violations(Sound));
        Assert.Empty(HistoryAudit.Violations(Sound with { Bus = [.. Log.Take(3), .. Log.Skip(1)] }));
        Assert.Empty(HistoryAudit.Violations(Sound with { Topic = [.. Log.Take(3), .. Log.Skip(1)] }));
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void What_has_been_planted_is_found(string planted, string rule)
    {
        var violations = HistoryAudit.Violations(Plants[planted].Plant(Sound));
        Assert.Contains(violations, v => v.StartsWith(rule + ":", StringComparison.Ordinal));
    }

    private static DateTimeOffset At(int seconds) => Zero.AddSeconds(seconds);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static SeenClaim Claim(int id, string resource, long token, int expires) =>
        new(Id(id), resource, token, At(expires));

    private static Happening Fact(int sequence, int at, string type, SeenClaim? claim, int? id = null) =>
        new(Id(1000 + (id ?? sequence)), Root, sequence, At(at), type, claim);

    /// <summary>Everybody has heard of the changed log as it is, so that only the log itself is wrong.</summary>
    private static History With(History history, IReadOnlyList<Happening> log) =>
        history with { Log = log, Bus = log, Stream = log };

    private static List<Happening> Without(IReadOnlyList<Happening> log, int sequence) =>
        [.. log.Where(f => f.Sequence != sequence)];

    private static List<Happening> Change(
        IReadOnlyList<Happening> log, int sequence, Func<Happening, Happening> change) =>
        [.. log.Select(f => f.Sequence == sequence ? change(f) : f)];

    /// <summary>A fact happens earlier than it did, and all are numbered anew.</summary>
    private static List<Happening> Move(IReadOnlyList<Happening> log, int from, int to)
    {
        var moved = log.Where(f => f.Sequence != from).ToList();
        moved.Insert(to - 1, log[from - 1]);
        return [.. moved.Select((f, i) => f with { Sequence = i + 1, At = log[i].At })];
    }

    /// <summary>A claim is another one from its grant on, for everybody.</summary>
    private static History Regrant(History history, int sequence, SeenClaim claim)
    {
        var before = history.Log[sequence - 1].Claim!.Id;
        var changed = With(history, [.. history.Log.Select(f => f.Claim?.Id == before ? f with { Claim = claim } : f)]);
        return changed with
        {
            Claims = [.. history.Claims.Select(c => c.Claim.Id == before ? c with { Claim = claim } : c)],
            Answers = [.. history.Answers.Select(t => t.Claim.Id == before ? t with { Claim = claim } : t)],
        };
    }

    private static History Answer(History history, int index, Func<Told, Told> change) => history with
    {
        Answers = [.. history.Answers.Select((t, i) => i == index ? change(t) : t)],
    };
}
