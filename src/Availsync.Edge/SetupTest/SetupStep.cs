namespace Availsync.Edge.SetupTest;

/// <summary>How a step has gone.</summary>
internal enum StepStatus
{
    Pass,
    Fail,

    /// <summary>It was not tried, since one before it has failed.</summary>
    Skipped,
}

/// <summary>One step of a run that only tries out whether runs work, as told to the client.</summary>
/// <param name="LatencyMs">0 where it was not tried.</param>
internal sealed record SetupStep(string Name, StepStatus Status, int LatencyMs, string Detail);

internal sealed record SetupTestBody(bool Passed, IReadOnlyList<SetupStep> Steps);
