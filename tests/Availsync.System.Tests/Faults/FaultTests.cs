using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Faults;

/// <summary>
/// What breaks in a real installation, one thing at a time under a steady load. After each: nobody has held what
/// somebody else held, nothing that was answered is lost, no event is lost, and the service is back within 15 s.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class FaultTests(FaultTarget target) : TargetTests(target)
{
    /// <summary>How a network is cut.</summary>
    public enum Cut
    {
        /// <summary>Both sides are told at once.</summary>
        Resets,

        /// <summary>Neither is told, and what was sent arrives when it heals.</summary>
        Silences,
    }

    private const string Noticed = "is somebody else's now";
    private const string Ended = "idle-in-transaction timeout";
    private const string NoArbiter = "503 arbiter_unavailable";
    private const string NoAccounting = "503 accounting_unavailable";
    private const string InProgress = "409 idempotency_in_progress";
    private const string Silence = "no answer";

    [Fact]
    public async Task An_arbiter_is_killed()
    {
        await using var run = await FaultRun.BeginAsync(target);
        var victims = await target.VictimsPartitionsAsync();
        run.Mark("kill -9 of an arbiter");
        await target.StackAsync("kill", "arbiter", "1");
        await run.MovedAsync(victims);
        await run.WorkAsync();
        run.Mark("its start");
        await target.StackAsync("start", "arbiter", "1");
        await run.WorkAsync();
        await run.PassAsync("an arbiter is killed", NoArbiter, InProgress);
    }

    [Fact]
    public async Task An_edge_is_killed()
    {
        await using var run = await FaultRun.BeginAsync(target);
        run.Mark("kill -9 of an edge, whose clients go to the other");
        await target.StackAsync("kill", "edge", "2");
        await run.WorkAsync();
        run.Mark("its start");
        await target.StackAsync("start", "edge", "2");
        await run.WorkAsync();
        await run.PassAsync("an edge is killed", Silence, InProgress);
    }

    [Fact]
    public async Task Accounting_is_killed()
    {
        await using var run = await FaultRun.BeginAsync(target);
        run.Mark("kill -9 of accounting");
        await target.StackAsync("kill", "accounting");
        await run.WorkAsync();
        run.Mark("its start");
        await target.StackAsync("start", "accounting");
        await run.WorkAsync();
        await run.PassAsync("accounting is killed");
    }

    [Theory]
    [InlineData(Cut.Resets)]
    [InlineData(Cut.Silences)]
    public Task An_arbiter_loses_its_broker(Cut cut) =>
        LosesAsync("broker", target.ToBroker, cut);

    [Theory]
    [InlineData(Cut.Resets)]
    [InlineData(Cut.Silences)]
    public Task An_arbiter_loses_its_database(Cut cut) =>
        LosesAsync("database", target.ToDatabase, cut);

    /// <summary>
    /// It is cut off until others have taken its partitions over, and some time more. Then it comes back as one who
    /// believes that they are still its own, with whatever it had on its way when it was cut off.
    /// </summary>
    private async Task LosesAsync(string what, TcpForwarder network, Cut cut)
    {
        await using var run = await FaultRun.BeginAsync(target);
        var victims = await target.VictimsPartitionsAsync();
        var (noticed, ended) = (target.Said(FaultTarget.Victim, Noticed), target.Said("postgres", Ended));
        run.Mark($"cut between an arbiter and its {what} that {(cut == Cut.Resets ? "resets" : "silences")}");
        if (cut == Cut.Resets) network.Reset();
        else network.Silence();
        try
        {
            await run.MovedAsync(victims);
            await run.WorkAsync();
        }
        finally
        {
            run.Mark("healing");
            network.Heal();
        }

        await target.SharesAsync();
        await run.WorkAsync();
        run.Note($"it has noticed {target.Said(FaultTarget.Victim, Noticed) - noticed} losses; the database has ended "
            + $"{target.Said("postgres", Ended) - ended} transactions that nothing was heard of");
        await run.PassAsync($"an arbiter loses its {what}", NoArbiter, InProgress);
    }

    [Theory]
    [InlineData("rabbitmq")]
    [InlineData("postgres")]
    public async Task A_server_is_stopped_and_started(string server)
    {
        await using var run = await FaultRun.BeginAsync(target);
        run.Mark($"stop of {server}", isServed: false);
        await target.StackAsync("stop", server);
        await target.StackAsync("start", server);
        run.Mark($"{server} is up again");
        await run.WorkAsync();
        await run.PassAsync($"{server} is stopped and started", NoArbiter, NoAccounting, InProgress);
    }
}
