using Availsync.System.Tests.Outside;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Faults;

/// <summary>One fault under load: who works, who listens, and what happened when.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(15);

    /// <summary>The contract's five seconds, and what a busy machine needs to tell.</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(6);

    private readonly FaultTarget _target;
    private readonly OwnWorkspace _workspace;
    private readonly BusWitness _bus;
    private readonly TopicWitness _topic;
    private readonly StreamWitness _stream;
    private readonly FaultLoad _load;
    private readonly List<(string What, DateTimeOffset At, bool IsServed)> _marks = [];
    private readonly List<string> _notes = [];

    private FaultRun(
        FaultTarget target, OwnWorkspace workspace, BusWitness bus, TopicWitness topic, StreamWitness stream,
        FaultLoad load)
    {
        (_target, _workspace, _bus, _topic, _stream, _load) = (target, workspace, bus, topic, stream, load);
        Mark("steady load");
    }

    public static async Task<FaultRun> BeginAsync(FaultTarget target)
    {
        await target.SharesAsync();
        var workspace = await OwnWorkspace.SignUpAsync(target, "unlimited");
        var bus = await BusWitness.BindAsync(target.Broker);
        var topic = await TopicWitness.BindAsync(await target.OutsiderAsync("witness"));
        var stream = new StreamWitness(target.Doors, workspace.Key);
        var run = new FaultRun(target, workspace, bus, topic, stream, await FaultLoad.BeginAsync(target, workspace));
        await run.WorkAsync();
        return run;
    }

    /// <summary>Names what happens now: figures are told from here to the next mark.</summary>
    /// <param name="isServed">False where something is missing that the service cannot do without.</param>
    public void Mark(string what, bool isServed = true) => _marks.Add((what, Target.Clock.GetUtcNow(), isServed));

    /// <summary>Says something beside the figures.</summary>
    public void Note(string what) => _notes.Add("  " + what);

    /// <summary>Until each client has been served by every kind of request, and a little more.</summary>
    public Task WorkAsync() => _load.AnsweredAsync(5);

    /// <summary>Waits until none of these partitions is where it was; notes how long that took.</summary>
    public async Task MovedAsync(IReadOnlyDictionary<int, Owned> from)
    {
        Assert.NotEmpty(from);
        await Target.UntilAsync("moved", TimeSpan.FromSeconds(40), async () =>
        {
            var table = await _target.Store.PartitionsAsync();
            return from.All(p => table[p.Key].Epoch > p.Value.Epoch && table[p.Key].Owner is { } owner
                && owner != p.Value.Owner);
        });
        var took = Target.Clock.GetUtcNow() - _marks[^1].At;
        Note($"{from.Count} partitions have moved {took.TotalSeconds:F1} s after: {_marks[^1].What}");
    }

    /// <summary>Ends the load, prints the figures, and holds everything against everything.</summary>
    /// <param name="allowed">Which failures clients may have been told of, if any at all.</param>
    public async Task PassAsync(string name, params string[] allowed)
    {
        await _load.EndAsync();
        var recoveries = Recoveries();
        var history = await HistoryAsync();
        var text = string.Join('\n', [
            $"{name}: {_load.Clients} clients, {_load.Attempts.Count} requests, {history.Log.Count} events, "
                + $"{history.Answers.Count} answers about claims, {_stream.Streams} streams",
            .. recoveries.Select(r => r.ToString()), .. _notes]);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);

        Assert.Empty(HistoryAudit.Violations(history).Take(20));
        Assert.Empty(_load.Surprises);
        Assert.Empty(recoveries[0].Failures);
        foreach (var recovery in recoveries)
        {
            Assert.Empty(recovery.Failures.Keys.Except(allowed));
            Assert.True(recovery.Slowest < AnswersWithin, "A client had to wait too long for any answer.");
            if (!recovery.IsServed) continue;
            Assert.True(
                recovery.FirstSuccess.Concat(recovery.LastFailure).All(took => took < BackWithin),
                $"The service was not back in time after: {recovery.Event}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _load.EndAsync();
        await _stream.DisposeAsync();
        await _bus.DisposeAsync();
        await _topic.DisposeAsync();
    }

    private List<Recovery> Recoveries()
    {
        var attempts = _load.Attempts.ToList();
        return [.. _marks.Select((mark, i) =>
        {
            var until = i + 1 < _marks.Count ? _marks[i + 1].At : DateTimeOffset.MaxValue;
            return new Recovery(
                mark.What, [.. attempts.Where(a => a.Done >= mark.At && a.Done < until)], mark.At, mark.IsServed);
        })];
    }

    /// <summary>
    /// Everything that everybody knows, once nobody holds anything any more and what has happened has had the time to
    /// get about.
    /// </summary>
    private async Task<History> HistoryAsync()
    {
        var ended = Target.Clock.GetTimestamp();
        await Target.UntilAsync("over", TimeSpan.FromSeconds(10), async () =>
            (await _target.Store.ActiveLeasesAsync(_workspace.Id)).Count == 0);
        await Target.UntilAsync("relayed", TimeSpan.FromSeconds(30), async () =>
            await _target.Store.UnpublishedAsync() == 0);
        NoteSince(ended, "every event has left the arbiters");
        var log = await _target.Store.LogAsync(_workspace.Id);
        var audited = log.Count(h => h.Type != "claim.extended");
        var (bus, sequences) = (new List<Happening>(), log.Select(h => (h.Root, h.Sequence)).ToHashSet());
        await SoonAsync(async () => (await _target.Accounts.AuditedAsync(_workspace.Id)).Count >= audited);
        NoteSince(ended, "accounting has taken in every event");
        await SoonAsync(() => Task.FromResult(_stream.Heard.Count >= log.Count));
        NoteSince(ended, "the stream has brought every event");
        await SoonAsync(async () =>
        {
            bus.AddRange(await _bus.HeardAsync(_workspace.Id));
            return sequences.IsSubsetOf(bus.Select(h => (h.Root, h.Sequence)));
        });
        var topic = new List<Happening>();
        await SoonAsync(async () =>
        {
            topic.AddRange((await _topic.HeardAsync(_workspace.Id)).Select(m => m.What));
            return sequences.IsSubsetOf(topic.Select(h => (h.Root, h.Sequence)));
        });
        return new History
        {
            Log = log,
            Roots = await _target.Store.KeptRootsAsync(_workspace.Id),
            Claims = await _target.Store.KeptClaimsAsync(_workspace.Id),
            Audited = await _target.Accounts.AuditedAsync(_workspace.Id),
            Bus = bus,
            Topic = topic,
            Stream = _stream.Heard,
            Answers = [.. _load.Answers],
        };
    }

    private void NoteSince(long ended, string what) =>
        Note($"{what} {Target.Clock.GetElapsedTime(ended).TotalSeconds:F1} s after the end of the load");

    /// <summary>Waits for what should come soon; what is missing then is for the audit to tell.</summary>
    private static async Task SoonAsync(Func<Task<bool>> isSo)
    {
        var began = Target.Clock.GetTimestamp();
        while (!await isSo() && Target.Clock.GetElapsedTime(began) < TimeSpan.FromSeconds(20))
            await Task.Delay(TimeSpan.FromMilliseconds(100), Target.Clock, Target.Stopped);
    }
}
