namespace Availsync.Contracts;

/// <summary>
/// One edge's book of API calls, to be merged into accounting's. Numbers are cumulative, so a message that comes twice
/// counts once; the sequence tells a late one, which changes nothing.
/// </summary>
/// <param name="EdgeId">One run of one edge: a restarted one keeps a new book.</param>
/// <param name="Sequence">Grows with every message of this edge.</param>
public sealed record MeterCalls(Guid EdgeId, long Sequence, IReadOnlyList<CallCount> Counts);

/// <summary>What an edge has let through for one workspace in one month, and what it would like to be allowed.</summary>
/// <param name="Period">The calendar month in UTC, <c>2026-11</c>.</param>
/// <param name="Used">All calls that this edge has counted in the period.</param>
/// <param name="Wanted">
/// How many more it asks for at most; 0 gives back what it holds beyond <paramref name="Used"/>.
/// </param>
public sealed record CallCount(Guid OrgId, string Period, long Used, long Wanted);

/// <summary>Answers <see cref="MeterCalls"/>, one allowance for each count and in the same order.</summary>
public sealed record CallsMetered(IReadOnlyList<CallAllowance> Allowances);

/// <summary>How many calls an edge may let through in a period, all in all.</summary>
/// <param name="Allowed">
/// Cumulative as <see cref="CallCount.Used"/> is, and never below it; null where the plan has no bound.
/// </param>
/// <param name="UsedByAll">What all edges together have reported.</param>
public sealed record CallAllowance(Guid OrgId, string Period, long? Allowed, long UsedByAll);
