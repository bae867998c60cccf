namespace Availsync.System.Tests.Faults;

/// <summary>A claim as somebody has seen it.</summary>
internal sealed record SeenClaim(Guid Id, string Resource, long Token, DateTimeOffset ExpiresAt);

/// <summary>One fact of one root.</summary>
/// <param name="Claim">The claim as the fact has left it; null where it is not about one.</param>
internal sealed record Happening(
    Guid EventId, string Root, long Sequence, DateTimeOffset At, string Type, SeenClaim? Claim);

/// <summary>What a client can have been told about a claim.</summary>
internal enum Telling
{
    /// <summary>It is yours.</summary>
    Proceed,

    /// <summary>It lasts longer.</summary>
    Extended,

    /// <summary>It is over because you said so.</summary>
    Finished,
}

/// <summary>An answer, and when it was first asked for and had arrived, by the one clock of all clients.</summary>
internal sealed record Told(Telling What, SeenClaim Claim, DateTimeOffset Asked, DateTimeOffset Answered);

/// <summary>A claim as the arbiter's table has it.</summary>
internal sealed record KeptClaim(SeenClaim Claim, string Status);

/// <summary>How far a root has counted.</summary>
internal sealed record KeptRoot(long Sequence, long Token);

/// <summary>All that is known after a test, by everybody who was to know of it. Nothing moves any more.</summary>
internal sealed record History
{
    /// <summary>The arbiter's own log.</summary>
    public required IReadOnlyList<Happening> Log { get; init; }

    public required IReadOnlyDictionary<string, KeptRoot> Roots { get; init; }

    public required IReadOnlyList<KeptClaim> Claims { get; init; }

    /// <summary>The event ids that accounting has taken into its audit, as often as they are there.</summary>
    public required IReadOnlyList<Guid> Audited { get; init; }

    /// <summary>What a durable queue on the bus has got, in its order. At least once.</summary>
    public required IReadOnlyList<Happening> Bus { get; init; }

    /// <summary>What those outside have got in a durable queue on the topic, in its order. At least once.</summary>
    public required IReadOnlyList<Happening> Topic { get; init; }

    /// <summary>What a listener has been sent that came back whenever its stream broke. Exactly once.</summary>
    public required IReadOnlyList<Happening> Stream { get; init; }

    /// <summary>Every answer that any client has got.</summary>
    public required IReadOnlyList<Told> Answers { get; init; }
}
