using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>An agent on the wire.</summary>
internal sealed record AgentBody(
    Guid Id,
    string Name,
    string? Description,
    int DefaultPriority,
    ArbitrationMode? Mode,
    bool Disabled,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset CreatedAt)
{
    public static AgentBody Of(AgentRow row) => new(
        row.Id, row.Name, row.Description, row.DefaultPriority, row.Mode, row.Disabled, row.LastSeenAt, row.CreatedAt);
}

/// <summary><c>{"agent"}</c>.</summary>
internal sealed record AgentEnvelope(AgentBody Agent)
{
    public static IResult Answer(AgentRow row) => WireJson.Answer(new AgentEnvelope(AgentBody.Of(row)));
}

/// <summary>A new agent with its first key.</summary>
internal sealed record AgentCreated(AgentBody Agent, KeyBody Key, string ApiKey);

/// <summary>A page of agents.</summary>
internal sealed record AgentPage(IReadOnlyList<AgentBody> Agents, Pagination Pagination);
