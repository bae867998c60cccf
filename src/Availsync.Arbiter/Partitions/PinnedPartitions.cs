using System.Globalization;

namespace Availsync.Arbiter.Partitions;

/// <summary>
/// The partitions that an instance keeps to, by the setting <c>Arbiter:Partitions</c>: numbers and ranges, separated by
/// commas, such as <c>0-7,9</c>.
/// </summary>
internal sealed class PinnedPartitions
{
    /// <summary>The most partitions that there can be.</summary>
    private const int CountMax = 1024;

    private readonly HashSet<int> _ids;

    private PinnedPartitions(HashSet<int> ids) => _ids = ids;

    public int Max => _ids.Max();

    public bool Contains(int partition) => _ids.Contains(partition);

    /// <summary>Null where the text is no list of partitions.</summary>
    public static PinnedPartitions? TryParse(string text)
    {
        var ids = new HashSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2, StringSplitOptions.TrimEntries);
            if (!TryNumber(ends[0], out var first) || !TryNumber(ends[^1], out var last) || last < first) return null;
            ids.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return new PinnedPartitions(ids);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < CountMax;
}
