using Availsync.Contracts;

namespace Availsync.Edge.Lanes;

/// <summary>About how many bytes a command has on the bus: only what clients write makes one large.</summary>
internal static class CommandWeight
{
    private const int Envelope = 1024;
    private const int PathOverhead = 16;

    public static int Of(Command command) => Envelope + command switch
    {
        StartRun start => start.Metadata.Length + (start.Reason?.Length ?? 0),
        PlaceHold place => place.Metadata.Length + (place.Reason?.Length ?? 0) + place.Resource.Name.Length,
        FinishRun finish => finish.Summary?.Length ?? 0,
        DeclareWorkingSet declare => Of(declare.Declaration),
        ExtendClaim { WorkingSet: { } declaration } => Of(declaration),
        _ => 0,
    };

    private static int Of(WorkingSetDeclaration declaration) =>
        declaration.Paths.Sum(path => path.Text.Length + PathOverhead);
}
