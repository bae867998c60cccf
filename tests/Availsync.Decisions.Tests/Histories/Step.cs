using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

internal enum Deed
{
    Start, Observe, Check, Extend, ExtendWithFiles, Declare, Finish, Release, ReleaseByPerson, Revoke, Wake, Repeat,
}

/// <summary>
/// One thing that happens in a history. Numbers stand for rows of <see cref="Cast"/>, so that a history shrinks well.
/// </summary>
/// <param name="Pass">Seconds that pass before it.</param>
/// <param name="Agent">Who does it; beyond the agents, the owner of the claim.</param>
/// <param name="Claim">Which of the claims granted so far, counted back from the last.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Key">The idempotency key; 0 for none.</param>
internal sealed record Step(
    Deed Deed, int Pass, int Agent, int Resource, int Claim, int Seconds, Wish Wish, int Key)
{
    private static readonly Gen<Deed> Deeds = Gen.Frequency(
        (8, Gen.Const(Deed.Start)),
        (1, Gen.Const(Deed.Observe)),
        (1, Gen.Const(Deed.Check)),
        (2, Gen.Const(Deed.Extend)),
        (2, Gen.Const(Deed.ExtendWithFiles)),
        (8, Gen.Const(Deed.Declare)),
        (2, Gen.Const(Deed.Finish)),
        (1, Gen.Const(Deed.Release)),
        (1, Gen.Const(Deed.ReleaseByPerson)),
        (1, Gen.Const(Deed.Revoke)),
        (2, Gen.Const(Deed.Wake)),
        (2, Gen.Const(Deed.Repeat)));

    private static readonly Gen<int> Passing = Gen.Frequency(
        (12, Gen.Const(0)), (4, Gen.Int[1, 12]), (2, Gen.OneOf(30, 60, 600)), (1, Gen.OneOf(40_000, 86_400)));

    private static readonly Gen<Step> Any =
        from deed in Deeds
        from pass in Passing
        from agent in Gen.Int[0, 5]
        from resource in Gen.Frequency((6, Gen.Int[0, 3]), (1, Gen.Int[4, 5]))
        from claim in Gen.Int[0, 4]
        from seconds in Gen.OneOf(5, 10, 30, 60, 600, 86_400)
        from wish in Wish.Any
        from key in Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 3]))
        select new Step(deed, pass, agent, resource, claim, seconds, wish, key);

    public override string ToString() =>
        $"+{Pass} s: {Deed} by {Agent}, resource {Resource}, claim -{Claim}, {Seconds} s, {Wish}, key {Key}";

    public static Gen<Step[]> Histories(int lengthMax) => Any.Array[1, lengthMax];
}

/// <summary>A declaration of files in a history.</summary>
internal sealed record Wish(AccessMode Mode, WorkingSetOperation Operation, int Lease, string Paths)
{
    public static Gen<Wish> Any { get; } =
        from mode in Gen.OneOf(AccessMode.Edit, AccessMode.Edit, AccessMode.Delete, AccessMode.Read)
        from operation in Gen.OneOf(
            WorkingSetOperation.Replace,
            WorkingSetOperation.Replace,
            WorkingSetOperation.Add,
            WorkingSetOperation.Remove)
        from lease in Gen.OneOf(0, 0, 30, 300)
        from paths in Gen.OneOf(Cast.Patterns).Array[1, 3]
        select new Wish(mode, operation, lease, string.Join(' ', paths.Distinct()));

    public override string ToString() => $"{Operation} {Mode} [{Paths}] for {Lease} s";

    public string[] List => Paths.Split(' ');

    public WorkingSetDeclaration Declaration => new(
        Mode, Tests.Paths.Of(List), Lease == 0 ? null : Lease, Operation, Resource: null);
}
