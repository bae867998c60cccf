using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>Who asks, as the edge has authenticated it.</summary>
/// <param name="AgentId">The agent that acts; for a person without one, the empty id.</param>
/// <param name="PersonId">The person behind the call, where it came with a session.</param>
public sealed record Caller(Guid OrgId, Guid AgentId, string AgentName, Guid? PersonId);

/// <summary>Whether requests are decided or only watched.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArbitrationMode>))]
public enum ArbitrationMode
{
    /// <summary>Claims are granted and refused.</summary>
    Enforce,

    /// <summary>Nothing is granted; what would have happened is recorded.</summary>
    Observe,
}
