[assembly: AssemblyFixture(typeof(Availsync.Contract.Tests.TestTargets))]

namespace Availsync.Contract.Tests;

/// <summary>What the contract is held against. Nothing is started before a test asks for it.</summary>
public sealed class TestTargets : IAsyncDisposable
{
    public StandaloneTarget Standalone { get; } = new();

    public StackTarget Stack { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await Standalone.DisposeAsync();
        await Stack.DisposeAsync();
    }
}
