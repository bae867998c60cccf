namespace Availsync.Bus.Backlogs;

/// <summary>How a backlog is called where it is measured.</summary>
/// <param name="Prefix">The instruments are <c>prefix.waiting</c>, <c>prefix.age</c> and <c>prefix.overdue</c>.</param>
/// <param name="Unit">What waits, such as <c>{message}</c>.</param>
/// <param name="What">The same in words, as the beginning of a sentence.</param>
public sealed record BacklogNames(string Prefix, string Unit, string What)
{
    /// <summary>Whether most of what waits has not to go yet, so that what is overdue is counted apart.</summary>
    public bool HasTimes { get; init; }
}
