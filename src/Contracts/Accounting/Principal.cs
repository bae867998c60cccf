using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What a person may do in a workspace.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Role>))]
public enum Role
{
    /// <summary>Reads only.</summary>
    Viewer,

    /// <summary>Everything but plan and members.</summary>
    Admin,

    /// <summary>Everything.</summary>
    Owner,
}

/// <summary>How a workspace decides between an active claim and a newcomer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArbitrationRule>))]
public enum ArbitrationRule
{
    /// <summary>Whoever holds a claim keeps it.</summary>
    FirstCome,

    /// <summary>A strictly higher priority displaces.</summary>
    PreemptLower,
}

/// <summary>The settings of a workspace that matter at the door.</summary>
/// <param name="ExpiryGraceSeconds">0 to 60.</param>
public sealed record Workspace(
    Guid Id,
    string Name,
    Plan Plan,
    ArbitrationMode Mode,
    ArbitrationRule Arbitration,
    int ExpiryGraceSeconds);

/// <summary>What the door needs to know of an agent that is not deleted.</summary>
/// <param name="DefaultPriority">0 to 1000.</param>
/// <param name="Mode">Overrides the workspace's; null follows it.</param>
/// <param name="Disabled">Whether it may not act. A principal's agent never is.</param>
public sealed record AgentProfile(
    Guid Id, Guid OrgId, string Name, int DefaultPriority, ArbitrationMode? Mode, bool Disabled = false);

/// <summary>Who is behind a credential: an agent by its key, or a person by a session.</summary>
[JsonDerivedType(typeof(AgentPrincipal), "agent")]
[JsonDerivedType(typeof(PersonPrincipal), "person")]
public abstract record Principal
{
    private protected Principal(Workspace workspace, DateTimeOffset? validUntil)
    {
        Workspace = workspace;
        ValidUntil = validUntil;
    }

    /// <summary>The workspace in which the credential counts.</summary>
    public Workspace Workspace { get; }

    /// <summary>When the credential ends by itself (a rotated key's grace, a session's end); null for none.</summary>
    public DateTimeOffset? ValidUntil { get; }

    /// <summary>The agent's or the person's id.</summary>
    [JsonIgnore]
    public abstract Guid Id { get; }
}

/// <summary>An agent, by one of its keys.</summary>
public sealed record AgentPrincipal(Workspace Workspace, AgentProfile Agent, Guid KeyId, DateTimeOffset? ValidUntil)
    : Principal(Workspace, ValidUntil)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid Id => Agent.Id;
}

/// <summary>A person, by a session.</summary>
public sealed record PersonPrincipal(
    Workspace Workspace,
    Guid PersonId,
    string Email,
    Role Role,
    Guid SessionId,
    DateTimeOffset? ValidUntil) : Principal(Workspace, ValidUntil)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override Guid Id => PersonId;
}
