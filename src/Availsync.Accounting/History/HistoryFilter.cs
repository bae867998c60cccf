using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Which part of a workspace's history is asked for: what activity and audit have in common.</summary>
/// <param name="From">The first moment that counts; null for the beginning.</param>
/// <param name="To">The first moment that does not count any more; null for none.</param>
internal sealed record HistoryFilter(Guid? AgentId, string? Type, DateTimeOffset? From, DateTimeOffset? To, Page Page)
{
    /// <summary>Reads it from the query; what is wrong is added to <paramref name="errors"/>.</summary>
    public static HistoryFilter Read(IQueryCollection query, List<FieldError> errors)
    {
        var filter = new HistoryFilter(
            QueryFields.Id(query, "agent_id", errors),
            QueryFields.Text(query, "type", errors),
            QueryFields.Time(query, "from", errors),
            QueryFields.Time(query, "to", errors),
            Page.Read(query, errors));
        if (filter.From > filter.To) errors.Add(new FieldError("from", "Must not be after to."));
        return filter;
    }

    /// <summary>Whether the agent that it names, if any, is one of the workspace.</summary>
    public async Task<bool> NamesOwnAgentAsync(OrgCall call) => AgentId is not { } id
        || await call.Db.Agents.AnyAsync(row => row.Id == id && row.OrgId == call.OrgId, call.Aborted)
        || await call.Db.Audit.AnyAsync(row => row.AgentId == id && row.OrgId == call.OrgId, call.Aborted);
}

/// <summary>Values of a query string, each given once.</summary>
internal static class QueryFields
{
    public static string? Text(IQueryCollection query, string name, List<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return null;
        if (given is [{ Length: > 0 } text] && !text.Any(char.IsControl)) return text;
        errors.Add(new FieldError(name, "Must be given once, not be empty and have no control characters."));
        return null;
    }

    public static Guid? Id(IQueryCollection query, string name, List<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return null;
        if (given is [{ } text] && Guid.TryParseExact(text, "D", out var id)) return id;
        errors.Add(new FieldError(name, "Must be a UUID."));
        return null;
    }

    public static DateTimeOffset? Time(IQueryCollection query, string name, List<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return null;
        if (given is [{ } text] && Rfc3339.TryParse(text, out var time)) return time;
        errors.Add(new FieldError(name, "Must be an RFC 3339 time, such as 2026-05-22T10:30:00.000Z."));
        return null;
    }
}
