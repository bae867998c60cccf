using System.Text.Json;
using Availsync.Arbiter.Store;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Arbiter.Events;

/// <summary>Reads the log of a workspace, a page at a time.</summary>
internal sealed class EventReads(ArbiterDbContext context)
    : IRequestHandler<ReadEvents, EventPage>, IRequestHandler<ReadEventHeads, EventHeadsFound>
{
    /// <summary>From which length of text on a page is full: one event may be longer, and then travels alone.</summary>
    public const int PageSizeMax = 64 * 1024;

    private const int ChunksMax = 16;

    public async Task<EventHeadsFound> HandleAsync(ReadEventHeads request, CancellationToken cancellationToken)
    {
        var found = await context.EventHeads.AsNoTracking().Where(h => request.OrgIds.Contains(h.OrgId))
            .ToDictionaryAsync(h => h.OrgId, h => h.Position, cancellationToken);
        return new EventHeadsFound([.. request.OrgIds.Select(o => new EventHead(o, found.GetValueOrDefault(o)))]);
    }

    public async Task<EventPage> HandleAsync(ReadEvents request, CancellationToken cancellationToken)
    {
        // The head first: what is logged between the two reads is then in the page, and never taken for lost.
        var head = await context.EventHeads.Where(h => h.OrgId == request.OrgId)
            .Select(h => h.Position).SingleOrDefaultAsync(cancellationToken);
        var chunks = await ChunksAsync(request, cancellationToken);
        if (chunks.Count == 0) return new EventPage(head + 1, []);
        var first = Math.Max(chunks[0].First, request.After + 1);
        var events = chunks.SelectMany(c => JsonSerializer.Deserialize<List<ClaimEvent>>(c.Events)!);
        return new EventPage(first, [.. events.Skip((int)(first - chunks[0].First))]);
    }

    private async Task<List<EventChunkRow>> ChunksAsync(ReadEvents request, CancellationToken cancellationToken)
    {
        var behind = context.EventChunks.AsNoTracking()
            .Where(c => c.OrgId == request.OrgId && c.Last > request.After);
        var sizes = await behind.OrderBy(c => c.Last).Take(ChunksMax)
            .Select(c => new { c.Last, c.Size }).ToListAsync(cancellationToken);
        var (upTo, size) = (request.After, 0);
        foreach (var chunk in sizes)
        {
            if (size > 0 && size + chunk.Size > PageSizeMax) break;
            (upTo, size) = (chunk.Last, size + chunk.Size);
        }

        var rows = await behind.Where(c => c.Last <= upTo).OrderBy(c => c.Last).ToListAsync(cancellationToken);

        // Clocks of two arbiters may differ, and the oldest by the clock need not be the first: a page ends at a hole.
        var whole = 1;
        while (whole < rows.Count && rows[whole].First == rows[whole - 1].Last + 1) whole++;
        return rows.Count > whole ? rows[..whole] : rows;
    }
}
