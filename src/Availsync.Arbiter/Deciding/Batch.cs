using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Waiting;
using Availsync.Contracts;
using Availsync.Decisions;
using Availsync.Storage;

namespace Availsync.Arbiter.Deciding;

/// <summary>
/// One transaction: fence, quotas, repeats, load, decide, write, commit; then memory and the answers. Nothing is
/// answered before the commit, and memory changes only after it.
/// </summary>
internal sealed class Batch(
    ArbiterDbContext context,
    PartitionMap partitions,
    TimeProvider time,
    ArbiterOptions options,
    Queues queues,
    Deciding core)
{
    private readonly List<Answer> _answers = [];

    /// <summary>
    /// Decides and answers <paramref name="commands"/>; <paramref name="committing"/> is called before the commit.
    /// </summary>
    public async Task DecideAsync(IReadOnlyList<PendingCommand> commands, Action committing)
    {
        var timely = DropLate(commands);
        if (timely.Count == 0) return;
        var began = time.GetTimestamp();
        await using var transaction = await context.BeginWriteAsync();
        var fence = await Fence.TakeAsync(context, partitions, timely, time);
        await fence.CountAsync(context);
        var standing = timely.Where(c => fence.Stands(c.Partition)).ToList();
        var rooms = await PlanRooms.LockAsync(context, standing, fence, time);
        standing = DropLate(standing); // The locks may have been a long time in coming.
        var repeats = await RecordedAnswers.ClaimAsync(context, standing, fence.Now);
        var roots = new LoadedRoots(context, fence, rooms, core);
        await roots.LoadAsync(standing, repeats);
        await rooms.CountAsync(context, standing.Select(c => c.Command).Concat(roots.Waiting), fence.Now);
        var ended = await EndedAgents.AmongAsync(context, standing, roots.Waiting);
        foreach (var command in standing) Decide(command, roots, repeats, ended, fence.Now);

        roots.Write();
        await repeats.WriteAsync();
        await context.SaveChangesAsync();
        committing();
        await CommitAsync(transaction, roots);

        roots.Keep(options.RootsInMemoryMax);
        Note(standing, fence, time.GetElapsedTime(began));
        queues.Note(roots.Turns, roots.Answered);
        foreach (var answer in _answers) answer.Command.Answer(answer.Reply);
        foreach (var command in timely) command.Answer(new Reply.Undecided()); // Whatever the fence did not let in.
    }

    /// <summary>
    /// Where nobody hears how a commit has ended, its places may stand in the store, and no other command need ever come
    /// to their root: they get their turns all the same. A turn for nothing does no harm.
    /// </summary>
    private async Task CommitAsync(IWriteTransaction transaction, LoadedRoots roots)
    {
        try
        {
            await transaction.CommitAsync();
        }
        catch
        {
            queues.Note(roots.Turns, answered: []);
            throw;
        }
    }

    private void Note(List<PendingCommand> decided, Fence fence, TimeSpan took)
    {
        foreach (var (id, size) in decided.CountBy(c => c.Partition))
        {
            var batch = new LastBatch(fence.Now, size, took);
            fence.Of(id).LastBatch = batch;
            partitions.Metrics?.Committed(id, batch);
        }
    }

    private void Decide(
        PendingCommand pending,
        LoadedRoots roots,
        RecordedAnswers repeats,
        IReadOnlySet<Guid> ended,
        DateTimeOffset now)
    {
        if (repeats.Find(pending) is { } repeated)
        {
            var named = Repeats.NamedClaim(repeated.Outcome);
            var status = repeated.Replayed && named is { } id ? roots.Status(id, now) : null;
            var hold = repeated.Replayed && Repeats.NamedHold(repeated.Outcome) is { } holdId
                ? roots.Status(holdId, now)
                : null;
            _answers.Add(new Answer(pending, repeated with { ClaimStatus = status, HoldStatus = hold }));
            return;
        }

        var decision = roots.Decide(pending, now, ended);
        repeats.Record(pending, decision.Outcome);
        _answers.Add(new Answer(
            pending,
            new Reply.Answered(decision.Outcome, pending.Envelope.RequestId, Replayed: false, ClaimStatus: null)));
    }

    /// <summary>Past its deadline a client has been told 503: to decide now would grant what nobody hears of.</summary>
    private List<PendingCommand> DropLate(IReadOnlyList<PendingCommand> commands)
    {
        var now = time.GetUtcNow();
        var timely = new List<PendingCommand>(commands.Count);
        foreach (var command in commands)
        {
            if (command.Envelope.Deadline > now) timely.Add(command);
            else command.Answer(new Reply.Undecided());
        }

        return timely;
    }

    private readonly record struct Answer(PendingCommand Command, Reply Reply);
}
