using Availsync.Contracts;
namespace Availsync.Decisions;
internal static class PatternOverlap { public static IReadOnlyList<(PathPattern Path,int OtherIndex,PathPattern OtherPath)> FirstOverlaps(IReadOnlyList<PathPattern> a, IReadOnlyList<IReadOnlyList<PathPattern>> b) => []; }
