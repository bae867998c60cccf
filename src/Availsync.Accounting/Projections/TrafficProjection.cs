using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// Takes the edges' records over into activity, sums and signs of life: a message whole or not at all, and what is known
/// by its id already not again.
/// </summary>
internal sealed class TrafficProjection(
    AccountingDbContext db, ProjectionTelemetry telemetry, TimeProvider time) : IMessageHandler<TrafficRecords>
{
    public const string Queue = "accounting.traffic";

    private static readonly HashSet<string> Declarations = ["run.working_set", "run.extend", "claim.extend"];

    public static IEnumerable<string?> RequestsOf(TrafficRecords message) =>
        message.Records.Select(record => record.RequestId);

    public async Task HandleAsync(TrafficRecords message, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var ids = message.Records.Select(record => record.Id).ToList();
        var known = await db.Activity.Where(row => ids.Contains(row.Id)).Select(row => row.Id)
            .ToHashSetAsync(cancellationToken);
        var fresh = message.Records.Where(record => known.Add(record.Id)).ToList();
        if (fresh.Count == 0) return;
        var clients = await ClientsAsync(fresh, cancellationToken);
        db.Activity.AddRange(fresh.Select(record => RowOf(record, clients)));
        await db.SaveChangesAsync(cancellationToken);
        await NoteSeenAsync(fresh, cancellationToken);
        await SumsOf(fresh).WriteAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Took(fresh, time.GetUtcNow());
    }

    private async Task<Dictionary<Guid, string>> ClientsAsync(
        List<TrafficRecord> records, CancellationToken cancellationToken)
    {
        var agents = records.Select(record => record.AgentId).OfType<Guid>().Distinct().ToList();
        return await db.Heartbeats.AsNoTracking().Where(beat => agents.Contains(beat.AgentId))
            .ToDictionaryAsync(beat => beat.AgentId, beat => beat.ClientName, cancellationToken);
    }

    /// <summary>Never back: messages of two edges may cross. By id, so that no two transactions deadlock.</summary>
    private async Task NoteSeenAsync(List<TrafficRecord> records, CancellationToken cancellationToken)
    {
        var lastSeen = records.Where(record => record is { AgentId: not null, PersonId: null })
            .GroupBy(record => record.AgentId!.Value, record => record.At);
        foreach (var agent in lastSeen.OrderBy(group => group.Key))
        {
            var (id, at) = (agent.Key, agent.Max());
            await db.Agents.Where(row => row.Id == id && (row.LastSeenAt == null || row.LastSeenAt < at))
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, at), cancellationToken);
        }
    }

    private static DailySums SumsOf(List<TrafficRecord> records)
    {
        var sums = new DailySums();
        foreach (var record in records)
        {
            var day = sums.Of(record.OrgId, record.AgentId ?? Guid.Empty, record.At);
            day.Calls++;
            if (record.Status is TrafficStatus.Rejected or TrafficStatus.Failed) day.Errors++;
            if (record.Status == TrafficStatus.Blocked && Declarations.Contains(record.Type)) day.ConflictsPrevented++;
        }

        return sums;
    }

    private static ActivityRow RowOf(TrafficRecord record, Dictionary<Guid, string> clients) => new()
    {
        Id = record.Id,
        OrgId = record.OrgId,
        At = record.At,
        AgentId = record.AgentId,
        AgentName = record.AgentName,
        PersonId = record.PersonId,
        Type = record.Type,
        Endpoint = record.Endpoint,
        Status = record.Status,
        HttpStatus = record.HttpStatus,
        LatencyMs = record.LatencyMs,
        ClientName = record is { AgentId: { } agent, PersonId: null } ? clients.GetValueOrDefault(agent) : null,
        Error = record.Error,
        ClaimId = record.ClaimId,
        Resource = record.Resource,
        RequestId = record.RequestId,
    };
}
