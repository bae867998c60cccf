namespace Availsync.Contract.Tests;

/// <summary>A part of the contract. Each is run against every target by a class that names the target.</summary>
public abstract class ContractTest(Target target) : IAsyncLifetime
{
    /// <summary>What answers.</summary>
    protected Target Target { get; } = target;

    /// <summary>A client without a credential.</summary>
    protected Client Anonymous { get; private set; } = null!;

    /// <summary>A workspace that is shared with other tests: make agents in it, do not count them.</summary>
    protected Workspace Shared { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Target.Unavailable is { } reason)
        {
            // What cannot run says so by name, and is no success where a machine is made for it.
            Assert.False(Environment.GetEnvironmentVariable("CI") is "true" or "1", reason);
            Assert.Skip(reason);
        }

        await Target.EnsureStartedAsync();
        Anonymous = new Client(Target.Address);
        Shared = await Target.SharedWorkspaceAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A workspace of this test's own.</summary>
    protected Task<Workspace> NewWorkspaceAsync() => Workspace.SignUpAsync(Target);

    /// <summary>A workspace of this test's own on a plan.</summary>
    protected async Task<Workspace> NewWorkspaceAsync(string plan) =>
        await (await NewWorkspaceAsync()).OnPlanAsync(plan);

    /// <summary>A new agent in the shared workspace.</summary>
    protected Task<Agent> NewAgentAsync() => Shared.NewAgentAsync();

    /// <summary>One of the edges, in turn.</summary>
    protected Uri EdgeOf(int turn) => Target.Addresses[turn % Target.Addresses.Count];

    /// <summary>A repo that no other test knows, as <c>repo:owner/name</c>.</summary>
    protected static string NewRepo() => $"repo:owner/{Unique.Name()}";
}
