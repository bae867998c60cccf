namespace Availsync.System.Tests.Targets;

/// <summary>The stack with two arbiters and two edges, for what has to hold for all of them.</summary>
public sealed class PairTarget() : StackTarget(arbiters: 2, edges: 2);

[CollectionDefinition(Name)]
public sealed class PairCollection : ICollectionFixture<PairTarget>
{
    public const string Name = "Pair";
}
