namespace Availsync.Bus.Backlogs;

/// <summary>What waits in a table, as it was found at one look.</summary>
/// <param name="Waiting">How many rows, counted up to <see cref="BacklogWatch.CountMax"/>.</param>
/// <param name="Overdue">How many of them should have gone by now, counted as far.</param>
/// <param name="Age">For how long the first of those should have gone; zero where there is none.</param>
public readonly record struct Backlog(int Waiting, int Overdue, TimeSpan Age)
{
    /// <summary>Nothing waits.</summary>
    public static Backlog None => default;

    /// <summary>Rows that go as soon as they can, the first of which has waited since then.</summary>
    public static Backlog Of(int waiting, DateTimeOffset since, DateTimeOffset now) =>
        new(waiting, waiting, now > since ? now - since : TimeSpan.Zero);
}
