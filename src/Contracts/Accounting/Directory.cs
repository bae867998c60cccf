using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>Names of the queues through which accounting is asked.</summary>
public static class AccountingQueues
{
    /// <summary>Who is behind a credential, and which agents a workspace has.</summary>
    public const string Directory = "accounting.directory";

    /// <summary>Which agents a workspace has.</summary>
    public const string Agents = "accounting.agents";

    /// <summary>Where edges report API calls and borrow allowances.</summary>
    public const string Meter = "accounting.meter";
}

/// <summary>The two kinds of credential.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CredentialKind>))]
public enum CredentialKind
{
    /// <summary>An agent's <c>avs_live_…</c> key.</summary>
    AgentKey,

    /// <summary>The opaque token in a person's session cookie.</summary>
    Session,
}

/// <summary>Asks who is behind a credential. The secret itself never travels.</summary>
/// <param name="SecretSha256">SHA-256 of the whole secret in UTF-8, lower-case hexadecimal.</param>
public sealed record Authenticate(CredentialKind Kind, string SecretSha256);

/// <summary>Answers <see cref="Authenticate"/>; null where the credential is unknown, revoked or over.</summary>
public sealed record Authenticated(Principal? Principal);

/// <summary>Asks for an agent of a workspace, on behalf of a person that names it.</summary>
/// <param name="IncludeDisabled">Whether an agent that is disabled is found too.</param>
public sealed record FindAgent(Guid OrgId, Guid AgentId, bool IncludeDisabled = false);

/// <summary>Answers <see cref="FindAgent"/>; null where the workspace has no such agent.</summary>
public sealed record AgentFound(AgentProfile? Agent);

/// <summary>
/// Something that principals of a workspace are made of has changed: whoever caches one drops all of that workspace.
/// </summary>
public sealed record PrincipalChanged(Guid OrgId);

/// <summary>An agent has been disabled or deleted: its active claims end as revoked.</summary>
public sealed record AgentEnded(Guid OrgId, Guid AgentId, DateTimeOffset At);

/// <summary>A disabled agent may act again.</summary>
public sealed record AgentResumed(Guid OrgId, Guid AgentId, DateTimeOffset At);
