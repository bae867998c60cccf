using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// Takes claim events over into audit and sums: a message whole or not at all, and what is known by its id already not
/// again. Facts that change neither who holds what nor any sum leave no trace, and neither do rehearsals.
/// </summary>
internal sealed class ClaimProjection(
    AccountingDbContext db, ProjectionTelemetry telemetry, TimeProvider time) : IMessageHandler<ClaimEvents>
{
    public const string Queue = "accounting.claims";

    /// <summary>Bounds a transaction: a relay that has been away may bring a great many.</summary>
    private const int EventsMax = 1000;

    public static IEnumerable<string?> RequestsOf(ClaimEvents message) => message.Events.Select(e => e.RequestId);

    public async Task HandleAsync(ClaimEvents message, CancellationToken cancellationToken)
    {
        var audited = message.Events.Select(AuditedFact.Of).OfType<AuditedFact>();
        foreach (var facts in audited.Chunk(EventsMax)) await HandleAsync(facts, cancellationToken);
    }

    private async Task HandleAsync(AuditedFact[] facts, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var ids = facts.Select(fact => fact.Event.EventId).ToList();
        var known = await db.Audit.Where(row => ids.Contains(row.Id)).Select(row => row.Id)
            .ToHashSetAsync(cancellationToken);
        var fresh = facts.Where(fact => known.Add(fact.Event.EventId)).ToList();
        if (fresh.Count == 0) return;
        var people = fresh.Select(fact => fact.PersonId).OfType<Guid>().Distinct().ToList();
        var emails = people.Count == 0
            ? []
            : await db.People.AsNoTracking().Where(row => people.Contains(row.Id))
                .ToDictionaryAsync(row => row.Id, row => row.Email, cancellationToken);
        db.Audit.AddRange(fresh.Select(fact => fact.ToRow(emails)));
        await db.SaveChangesAsync(cancellationToken);
        var sums = new DailySums();
        foreach (var fact in fresh) fact.AddTo(sums);
        await sums.WriteAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Took([.. fresh.Select(fact => fact.Event)], began, time.GetUtcNow());
    }
}
