using Availsync.Contracts;
using Availsync.Simulation.Models;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// How a world comes to its end: all is well again, and then everything that was begun has to be finished, and the store to
/// say what the model says. Every second world never gets the timed messages that were lost: there, new owners have to
/// find what has run out.
/// </summary>
internal sealed class Ending(World world, bool sweeps)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan SweepAfter = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private const int StepsMax = 100_000;

    public void Run()
    {
        world.Note("all is well from here on");
        world.Heal();
        if (!sweeps) world.Leases.Remember();
        var (began, hasSwept) = (world.Time.Now, !sweeps);
        var looksAt = began;
        for (var step = 0; world.Failure is null; step++)
        {
            world.CountStep();
            if (world.TryWork()) continue;
            if (world.Time.Now >= looksAt)
            {
                looksAt = world.Time.Now + LookEvery;
                var unsettled = hasSwept ? Unsettled() : "Owners have not been replaced.";
                if (unsettled is null) break;
                if (step > StepsMax || world.Time.Now > began + Patience)
                    world.Fail($"All has been well for {Patience.TotalSeconds} s, and still: {unsettled}");
            }

            if (!hasSwept && world.Time.Now >= began + SweepAfter)
            {
                hasSwept = true;
                world.ReplaceAll();
                world.Leases.RememberHolds();
            }

            var next = world.NextAt();
            world.Pass(next > world.Time.Now ? next - world.Time.Now : TimeSpan.FromMilliseconds(5));
        }

        if (world.Failure is null) CheckStore();
    }

    /// <summary>Compares the tables, read by plain SQL, to the model.</summary>
    public void CheckStore()
    {
        CheckClaims();
        CheckHolds();
        CheckRoots();
    }

    private string? Unsettled()
    {
        var model = world.Model;
        foreach (var client in world.Clients)
        {
            if (client.Current is { } op) return $"{op} has not been answered.";
        }

        foreach (var root in model.Roots)
        {
            if (root.Active.Values.FirstOrDefault() is { } claim)
                return $"{claim} runs until {Model.Seconds(claim.Claim.ExpiresAt)}, and its end is not recorded.";
            if (root.Blocking.Values.FirstOrDefault(h => h.Hold.Status == HoldStatus.Held) is { } hold)
                return $"{hold} is held until {Model.Seconds(hold.Hold.ExpiresAt!.Value)}, and its end is not recorded.";
            if (root.Queue.Count > 0) return $"{root.Queue.Count} places are left on {root.Label}.";
            if (root.Published < root.History.Count)
                return $"Of {root.Label} {root.Published} of {root.History.Count} events are published.";
            if (root.Announced < root.Shown.Count)
                return $"Of {root.Label} {root.Announced} of {root.Shown.Count} events have got outside.";
            if (root.Logged < root.History.Count)
                return $"Of {root.Label} {root.Logged} of {root.History.Count} events are logged.";
        }

        return Count("event_batches") > 0 ? "Events are left in the outbox."
            : Count("waiters") > 0 ? "Places are left in the store."
            : null;
    }

    private void CheckClaims()
    {
        var rows = world.Store.Read(
            "SELECT id, status, fencing_token FROM claims",
            r => (Id: r.GetGuid(0), Status: r.GetString(1), Token: r.GetInt64(2)));
        if (rows.Count != world.Model.Claims.Count)
            world.Fail($"The store has {rows.Count} claims, and {world.Model.Claims.Count} were granted.");
        foreach (var row in rows)
        {
            if (!world.Model.Claims.TryGetValue(row.Id, out var known))
                world.Fail($"A claim with token {row.Token} is in the store that was never granted.");
            else if (!string.Equals(known.Claim.Status.ToString(), row.Status, StringComparison.OrdinalIgnoreCase))
                world.Fail($"{known} is {row.Status} in the store, and by its history it is {known.Claim.Status}.");
            else if (known.Claim.FencingToken.Value != row.Token)
                world.Fail($"{known} has token {row.Token} in the store.");
        }
    }

    private void CheckHolds()
    {
        var rows = world.Store.Read("SELECT id, status FROM holds", r => (Id: r.GetGuid(0), Status: r.GetString(1)));
        if (rows.Count != world.Model.Holds.Count)
            world.Fail($"The store has {rows.Count} holds, and {world.Model.Holds.Count} were placed.");
        foreach (var row in rows)
        {
            if (!world.Model.Holds.TryGetValue(row.Id, out var known))
                world.Fail("A hold is in the store that was never placed.");
            else if (!string.Equals(known.Hold.Status.ToString(), row.Status, StringComparison.OrdinalIgnoreCase))
                world.Fail($"{known} is {row.Status} in the store, and by its history it is {known.Hold.Status}.");
        }
    }

    private void CheckRoots()
    {
        var rows = world.Store.Read(
            "SELECT id, last_token, last_sequence FROM roots",
            r => (Id: r.GetString(0), Token: r.GetInt64(1), Sequence: r.GetInt64(2)));
        foreach (var row in rows)
        {
            var root = world.Model.Root(row.Id);
            if (root.LastToken != row.Token || root.History.Count != row.Sequence)
            {
                world.Fail(
                    $"{root.Label} has token {row.Token} and sequence {row.Sequence} in the store, and by its history"
                    + $" {root.LastToken} and {root.History.Count}.");
            }
        }
    }

    private long Count(string table) => world.Store.Read($"SELECT count(*) FROM {table}", r => r.GetInt64(0))[0];
}
