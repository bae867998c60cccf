using System.Text.Json;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>A line of a service's log.</summary>
/// <param name="RequestIds">The calls on whose behalf it was written.</param>
internal sealed record LogLine(string Level, string Category, string Message, IReadOnlyList<string> RequestIds)
{
    /// <summary>All that a service has logged; fails where a line is anything else than one object.</summary>
    public static List<LogLine> Of(StackTarget target, string service)
    {
        var said = target.LogOf(service);
        if (service == "accounting-1") said = Announced.Remove(said);
        return [.. said.Split('\n').Where(line => line.Length > 0 && !IsAnnouncement(line)).Select(Read)];
    }

    /// <summary>Whether it is a statement that has gone to the database, with these words in it.</summary>
    public bool IsStatement(string words) =>
        Category == "Microsoft.EntityFrameworkCore.Database.Command"
        && Message.Contains(words, StringComparison.Ordinal);

    /// <summary>What the first start prints is for people.</summary>
    private static bool IsAnnouncement(string line) => line.StartsWith("First start: ", StringComparison.Ordinal);

    private static LogLine Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new LogLine(
                root.GetProperty("LogLevel").GetString()!,
                root.GetProperty(nameof(Category)).GetString()!,
                root.GetProperty(nameof(Message)).GetString()!,
                [.. root.GetProperty("Scopes").EnumerateArray().SelectMany(IdsIn)]);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidOperationException("This is no line of a log: " + line, exception);
        }
    }

    private static IEnumerable<string> IdsIn(JsonElement scope)
    {
        if (scope.ValueKind != JsonValueKind.Object) yield break;
        if (scope.TryGetProperty("request_id", out var one)) yield return one.GetString()!;
        if (!scope.TryGetProperty("request_ids", out var several)) yield break;
        foreach (var id in several.GetString()!.Split(' ')) yield return id;
    }
}
