using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Store;
using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Agents;

/// <summary>
/// Ends the claims and holds of an agent that was disabled or deleted. First the fact is stored, so that no later batch
/// grants it anything; then the batches in flight are waited for; then whatever is active by now is revoked. Throwing
/// has the message repeated, and repeating it does no harm.
/// </summary>
internal sealed class AgentMessages(ArbiterDbContext context, IPartitionCommands partitions, TimeProvider time)
    : IMessageHandler<AgentEnded>, IMessageHandler<AgentResumed>
{
    public const string EndedQueue = "arbiter.agents-ended";
    public const string ResumedQueue = "arbiter.agents-resumed";

    public async Task HandleAsync(AgentEnded message, CancellationToken cancellationToken)
    {
        if (!await NoteAsync(message.AgentId, ended: true, message.At, cancellationToken)) return;
        await WaitForBatchesInFlightAsync(cancellationToken);
        var active = await context.Claims.AsNoTracking()
            .Where(c => c.AgentId == message.AgentId && c.Status == StoredNames.Active)
            .Select(c => c.Id)
            .ToListAsync(cancellationToken);
        foreach (var id in active)
            await partitions.DecideAsync(new RevokeClaim(new ClaimId(id), message.OrgId), cancellationToken);
        var blocking = await context.Holds.AsNoTracking().CountedAt(time.GetUtcNow())
            .Where(h => h.AgentId == message.AgentId)
            .Select(h => h.Id)
            .ToListAsync(cancellationToken);
        foreach (var id in blocking)
            await partitions.DecideAsync(new RevokeHold(new HoldId(id), message.OrgId), cancellationToken);
    }

    public Task HandleAsync(AgentResumed message, CancellationToken cancellationToken) =>
        NoteAsync(message.AgentId, ended: false, message.At, cancellationToken);

    /// <summary>Stores what was said, unless something later was heard before. False where it was.</summary>
    private async Task<bool> NoteAsync(
        Guid agentId, bool ended, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var transaction = await context.BeginWriteAsync(cancellationToken);
        var row = await context.Agents.SingleOrDefaultAsync(a => a.Id == agentId, cancellationToken);
        if (row is null) context.Agents.Add(row = new AgentRow { Id = agentId, Ended = ended, At = at });
        if (row.At > at) return false;
        row.Ended = ended;
        row.At = at;
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Every batch holds its partitions' rows until its commit, so touching each of them waits for it. One at a time: a
    /// batch locks several in an order of its own.
    /// </summary>
    private async Task WaitForBatchesInFlightAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await context.Partitions.Select(p => p.Id).ToListAsync(cancellationToken))
        {
            await using var transaction = await context.BeginWriteAsync(cancellationToken);
            await context.Partitions.Where(p => p.Id == id)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.Epoch, x => x.Epoch), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
