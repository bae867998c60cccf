using System.Text.Json;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Fleet;

/// <summary>What one arbiter says about all.</summary>
/// <param name="Instance">Who said it.</param>
/// <param name="Live">How many it has heard of.</param>
/// <param name="Owners">The owner of each partition.</param>
internal sealed record FleetView(Guid Instance, int Live, IReadOnlyList<Guid?> Owners)
{
    /// <summary>Null where it does not answer.</summary>
    public static async Task<FleetView?> TryReadAsync(StackTarget target, int arbiter)
    {
        var answer = await new WorkClient(target.At(target.ArbiterAt(arbiter))).TryAskAsync("GET", "/partitions");
        if (answer is not { Status: 200 }) return null;
        var owners = answer.Json.GetProperty("partitions").EnumerateArray()
            .Select(p => p.GetProperty("owner"))
            .Select(owner => owner.ValueKind == JsonValueKind.Null ? (Guid?)null : owner.GetGuid());
        return new FleetView(
            answer.Json.GetProperty("instance").GetGuid(), answer.Json.GetProperty("live").GetArrayLength(), [.. owners]);
    }

    /// <summary>Whether every partition has an owner, and so many owners have shares that differ by one at most.</summary>
    public bool IsSharedBy(int count)
    {
        if (Live != count || Owners.Any(o => o is null)) return false;
        var shares = Owners.GroupBy(o => o).Select(g => g.Count()).ToList();
        return shares.Count == count && shares.Max() - shares.Min() <= 1;
    }

    public static async Task<TimeSpan> UntilSharedAsync(StackTarget target, int count, TimeSpan atMost) =>
        await Target.UntilAsync($"shared by {count}", atMost, async () =>
            (await TryReadAsync(target, 1))?.IsSharedBy(count) == true);
}
