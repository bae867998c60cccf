namespace Availsync.System.Tests.Targets;

/// <summary>Tests of a running target: those that cannot run here say so, each by its name.</summary>
public abstract class TargetTests : IAsyncLifetime
{
    protected TargetTests(Target target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    protected Target Target { get; }

    protected static TimeProvider Clock => Target.Clock;

    public ValueTask InitializeAsync()
    {
        Target.Require();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A root nobody has used before, for a test to be alone on.</summary>
    protected static string NewRoot(string owner) => $"repo:{owner}/{Guid.CreateVersion7(Clock.GetUtcNow()):N}";
}
