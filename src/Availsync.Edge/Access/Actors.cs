using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Access;

/// <summary>The agent that acts in a call, and the person behind it where there is one.</summary>
internal sealed record Actor(
    Caller Caller, AgentProfile Agent, ArbitrationMode Mode, int ExpiryGraceSeconds, Plan Plan)
{
    /// <summary>How the workspace decides between who is there and a newcomer.</summary>
    public ArbitrationRule Arbitration { get; init; }
}

/// <summary>
/// Finds out for which agent a call acts. A key acts for its own agent; a person names one of the workspace's, and a
/// viewer acts for none.
/// </summary>
internal sealed class Actors(Directory directory)
{
    internal static Outcome.Forbidden ViewersOnlyRead { get; } = new("A viewer changes nothing.");

    /// <summary>The agent that the body names; a person has to name one.</summary>
    public static Guid? ReadAgentId(Principal principal, Fields fields) =>
        fields.Id("agent_id", required: principal is PersonPrincipal);

    /// <summary>The actor, or why there is none.</summary>
    public async ValueTask<(Actor? Actor, Outcome? Refusal)> ResolveAsync(
        Principal principal, Guid? agentId, CancellationToken cancellationToken)
    {
        switch (principal)
        {
            case AgentPrincipal key when agentId is null || agentId == key.Agent.Id:
                return (Of(key.Workspace, key.Agent, personId: null), null);
            case PersonPrincipal { Role: Role.Viewer }:
                return (null, ViewersOnlyRead);
            case PersonPrincipal person when agentId is { } named:
                var agent = await directory.FindAgentAsync(
                    new FindAgent(person.Workspace.Id, named), cancellationToken);
                return agent is null
                    ? (null, new Outcome.NotFound("agent"))
                    : (Of(person.Workspace, agent, person.PersonId), null);
            default:
                return (null, new Outcome.AgentMismatch());
        }
    }

    /// <summary>Who ends a claim by its id: the key's agent, or the person itself.</summary>
    public static (Caller? Caller, Outcome? Refusal) Releaser(Principal principal) => principal switch
    {
        AgentPrincipal key => (Of(key.Workspace, key.Agent, personId: null).Caller, null),
        PersonPrincipal { Role: not Role.Viewer } person =>
            (new Caller(person.Workspace.Id, Guid.Empty, "", person.PersonId), null),
        _ => (null, ViewersOnlyRead),
    };

    /// <summary>An agent of a workspace, acting for itself or for the person behind it.</summary>
    public static Actor Of(Workspace workspace, AgentProfile agent, Guid? personId) => new(
        new Caller(workspace.Id, agent.Id, agent.Name, personId), agent, agent.Mode ?? workspace.Mode,
        workspace.ExpiryGraceSeconds, workspace.Plan)
    {
        Arbitration = workspace.Arbitration,
    };
}
