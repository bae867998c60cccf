namespace Availsync.Contract.Tests;

/// <summary>
/// Tests that keep every core busy by themselves, or start a server of their own. Beside others they would measure nothing but how many tests run at
/// once: a service that gets no core answers 503 in time, as it should.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
