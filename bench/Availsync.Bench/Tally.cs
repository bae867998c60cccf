namespace Availsync.Bench;

/// <summary>What one connection has seen. Times are in the clock's own ticks until they are reported.</summary>
internal sealed class Tally
{
    public List<long> Start { get; } = [];

    public List<long> Finish { get; } = [];

    public List<long> Other { get; } = [];

    /// <summary>How often each answer came: an action where there is one, else the status.</summary>
    public Dictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>Cycles that were granted and finished.</summary>
    public int Finished { get; set; }

    public void Count(string answer) => Answers[answer] = Answers.GetValueOrDefault(answer) + 1;

    public void Fail(string error) => Errors[error] = Errors.GetValueOrDefault(error) + 1;
}
