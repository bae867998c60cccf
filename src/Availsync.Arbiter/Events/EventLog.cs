using System.Globalization;
using System.Text;
using System.Text.Json;
using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Events;

/// <summary>
/// Appends to the log of each workspace, inside of the transaction that takes the events out of the outbox: an event is
/// in exactly one of the two. Counting the head up locks it until the commit, and two relays that log for one workspace
/// at a time do so one after the other. Hence a position is never visible before one that is lower.
/// </summary>
internal static class EventLog
{
    /// <summary>The most events in a row, and the length of text from which on a row is full.</summary>
    public const int ChunkEventsMax = 100;

    public const int ChunkSizeMax = 32 * 1024;

    /// <summary>How many heads are moved by one statement: the engines bound the number of parameters.</summary>
    private const int HeadsMax = 1000;

    /// <summary>Appends <paramref name="events"/> in their order and returns the heads that have moved.</summary>
    public static async Task<IReadOnlyList<EventHead>> AppendAsync(
        ArbiterDbContext context,
        IEnumerable<ClaimEvent> events,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // Sorted: two relays that log for the same workspaces lock their heads in one order.
        var byOrg = new SortedDictionary<Guid, List<ClaimEvent>>();
        foreach (var one in events)
        {
            if (!byOrg.TryGetValue(one.OrgId, out var its)) byOrg[one.OrgId] = its = [];
            its.Add(one);
        }

        var heads = new List<EventHead>(byOrg.Count);
        foreach (var orgs in byOrg.Chunk(HeadsMax))
        {
            var moved = await MoveHeadsAsync(context, orgs, cancellationToken);
            foreach (var (org, its) in orgs)
            {
                context.EventChunks.AddRange(Chunks(org, moved[org] - its.Count + 1, its, now));
                heads.Add(new EventHead(org, moved[org]));
            }
        }

        await context.SaveChangesAsync(cancellationToken);
        return heads;
    }

    private static async Task<Dictionary<Guid, long>> MoveHeadsAsync(
        ArbiterDbContext context,
        KeyValuePair<Guid, List<ClaimEvent>>[] orgs,
        CancellationToken cancellationToken)
    {
        var sql = new StringBuilder($"INSERT INTO {context.TableOf<EventHeadRow>()} AS h (org_id, position) VALUES ");
        var arguments = new List<object>(orgs.Length * 2);
        foreach (var (org, events) in orgs)
        {
            sql.Append(arguments.Count == 0 ? "" : ", ");
            sql.Append(CultureInfo.InvariantCulture, $"({{{arguments.Count}}}, {{{arguments.Count + 1}}})");
            arguments.Add(org);
            arguments.Add((long)events.Count);
        }

        sql.Append(" ON CONFLICT (org_id) DO UPDATE SET position = h.position + excluded.position");
        sql.Append(" RETURNING org_id, position");
        return await context.EventHeads.FromSqlRaw(sql.ToString(), [.. arguments]).AsNoTracking()
            .ToDictionaryAsync(h => h.OrgId, h => h.Position, cancellationToken);
    }

    private static IEnumerable<EventChunkRow> Chunks(
        Guid org, long first, List<ClaimEvent> events, DateTimeOffset now)
    {
        var text = new StringBuilder("[");
        var start = 0;
        for (var i = 0; i < events.Count; i++)
        {
            if (i > start) text.Append(',');
            text.Append(JsonSerializer.Serialize(events[i]));
            var count = i + 1 - start;
            if (count < ChunkEventsMax && text.Length < ChunkSizeMax && i + 1 < events.Count) continue;
            text.Append(']');
            yield return new EventChunkRow
            {
                OrgId = org,
                First = first + start,
                Last = first + i,
                LoggedAt = now,
                Size = text.Length,
                Events = text.ToString(),
            };
            text.Clear().Append('[');
            start = i + 1;
        }
    }
}
