using System.Globalization;
using System.Text.RegularExpressions;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Faults;

/// <summary>
/// A stack of its own with two arbiters and two edges, in which the first arbiter gets to broker and database through
/// networks that can be cut. Everybody else goes there directly.
/// </summary>
public sealed partial class FaultTarget() : StackTarget(arbiters: 2, edges: 2)
{
    /// <summary>The arbiter whose networks can be cut, and which is killed.</summary>
    internal const string Victim = "arbiter-1";

    private TcpForwarder? _toBroker;
    private TcpForwarder? _toDatabase;

    internal TcpForwarder ToBroker => _toBroker!;

    internal TcpForwarder ToDatabase => _toDatabase!;

    /// <summary>The partitions that the first arbiter serves by the table, whatever it may think itself.</summary>
    internal async Task<Dictionary<int, Owned>> VictimsPartitionsAsync()
    {
        var taken = Taken().Matches(LogOf(Victim)).Select(m => (Number(m, 1), (long)Number(m, 2))).ToHashSet();
        var table = await Store.PartitionsAsync();
        return table.Where(p => p.Value.Owner is not null && taken.Contains((p.Key, p.Value.Epoch))).ToDictionary();
    }

    /// <summary>Waits until the first arbiter has its share again, as it must have to be worth a fault.</summary>
    internal Task SharesAsync() => UntilAsync(
        "shared by both arbiters", TimeSpan.FromSeconds(30),
        async () => (await VictimsPartitionsAsync()).Count == 8);

    /// <summary>How often a process has written something to its console.</summary>
    internal int Said(string process, string what) => LogOf(process).Split(what).Length - 1;

    private protected override async Task PrepareAsync(string folder)
    {
        _toBroker = new TcpForwarder(() => PortOf("rabbitmq")).Start();
        _toDatabase = new TcpForwarder(() => PortOf("postgres")).Start();
        await File.WriteAllTextAsync(
            Path.Combine(folder, Victim + ".environment"),
            $$"""
            export Bus__Port={{_toBroker.Port}}
            direct=Port=$(port_of postgres)
            export Storage__ConnectionString=${Storage__ConnectionString/$direct/Port={{_toDatabase.Port}}}

            """);
    }

    protected override async Task StopAsync()
    {
        await base.StopAsync();
        if (_toBroker is not null) await _toBroker.DisposeAsync();
        if (_toDatabase is not null) await _toDatabase.DisposeAsync();
    }

    private static int Number(Match match, int group) =>
        int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Partition (\d+) is served here, epoch (\d+)")]
    private static partial Regex Taken();
}

[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultTarget>
{
    public const string Name = "Faults";
}
