using Availsync.Arbiter.Holds;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Tests.Holds;

/// <summary>How tests ask for holds, and look at what was stored.</summary>
internal static class HoldAsking
{
    public static HoldResource Resource(string name) =>
        HoldResource.TryParse(name, out var resource, out var error) ? resource : throw new ArgumentException(error);

    /// <summary>Asks for a window between two moments, in minutes from now on.</summary>
    public static PlaceHold Place(
        this ArbiterWorld world, double from, double to, string on = "calendar:jane", int agent = 1, int? ttl = null,
        int priority = 100)
    {
        var now = world.Time.GetUtcNow();
        return new PlaceHold(
            world.Agent(agent), Resource(on),
            HoldWindow.TryCreate(now.AddMinutes(from), now.AddMinutes(to), out var window, out var error)
                ? window
                : throw new ArgumentException(error),
            ttl, priority, Reason: "review", """{"a": 1}""", ArbitrationMode.Enforce);
    }

    public static async Task<Hold> PlacedAsync(this ArbiterWorld.Instance arbiter, PlaceHold command) =>
        Assert.IsType<Outcome.HoldPlaced>(await arbiter.DecideAsync(command)).Hold;

    public static async Task<List<HoldRow>> HoldsAsync(this ArbiterWorld world)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await context.Holds.AsNoTracking().OrderBy(h => h.RootId).ThenBy(h => h.FencingToken).ToListAsync();
    }

    /// <summary>Stores a hold past the core: as <paramref name="like"/>, but for where and when.</summary>
    public static async Task<int> InsertAsync(this ArbiterWorld world, Hold like, PlaceHold place, string status)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        var count = await context.Holds.CountAsync();
        var row = HoldRow.Of(like with
        {
            Id = new HoldId(new Guid(count + 1, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0])),
            Resource = place.Resource,
            Window = place.Window,
            FencingToken = new FencingToken(count + 100),
            Status = Enum.Parse<HoldStatus>(status, ignoreCase: true),
        });
        context.Holds.Add(row);
        return await context.SaveChangesAsync();
    }

    /// <summary>Two instances, each the owner of one of the two partitions.</summary>
    public static async Task<ArbiterWorld.Instance[]> ShareAsync(this ArbiterWorld world)
    {
        ArbiterWorld.Instance[] instances = [await world.JoinAsync(), await world.JoinAsync()];
        foreach (var row in await world.RowsAsync())
        {
            var owner = instances[row.Id];
            owner.Map.Add((await owner.Table.TakeAsync(row, default))!);
        }

        return instances;
    }

    public static ArbiterWorld.Instance Of(this ArbiterWorld.Instance[] instances, Command command) =>
        instances[command.Slot.Partition(instances.Length)];
}
