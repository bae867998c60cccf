using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

internal static class Paths
{
    public static PathPattern Path(string text) =>
        PathPattern.TryParse(text, out var pattern, out var error)
            ? pattern
            : throw new InvalidOperationException($"'{text}' is refused: {error}");

    public static PathPattern[] Of(params string[] texts) => [.. texts.Select(Path)];
}
