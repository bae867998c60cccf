using System.Globalization;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>What a service says that it measures, in Prometheus' text format.</summary>
internal sealed record MetricsPage(string Text)
{
    public static async Task<MetricsPage> ReadAsync(Target target, Uri service)
    {
        using var answer = await target.At(service).GetAsync("/metrics", Target.Stopped);
        Assert.Equal(200, (int)answer.StatusCode);
        return new MetricsPage(await answer.Content.ReadAsStringAsync(Target.Stopped));
    }

    /// <summary>Of an instrument the sum over all labels, or those with this text; null where none is shown.</summary>
    public double? Sum(string name, string label = "")
    {
        var values = Text.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
            .Where(line => line.Contains(label, StringComparison.Ordinal))
            .Select(line => line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
            .Select(value => double.Parse(value, CultureInfo.InvariantCulture))
            .ToList();
        return values.Count == 0 ? null : values.Sum();
    }
}
