namespace Availsync.Simulation.Worlds;

/// <summary>
/// What has happened, a line a step: the last ones to read, and a hash of all to compare two runs by. No line has a random
/// id in it: claims and holds go by root and token.
/// </summary>
internal sealed class Trace
{
    private const int KeptMax = 400;
    private readonly Queue<string> _lines = [];

    /// <summary>FNV-1a over every character of every line.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public IReadOnlyCollection<string> Last => _lines;

    public void Add(string line)
    {
        foreach (var letter in line) Hash = (Hash ^ letter) * 0x100000001B3;
        Hash = (Hash ^ '\n') * 0x100000001B3;
        _lines.Enqueue(line);
        if (_lines.Count > KeptMax) _lines.Dequeue();
    }
}
