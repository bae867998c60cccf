using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Access;

/// <summary>
/// Who is behind a credential, and which agents a workspace has: accounting knows, the edge remembers for a minute.
/// What is remembered holds while accounting is down; what is not is 503.
/// </summary>
internal sealed partial class Directory(
    IRequests requests, TimeProvider time, IOptions<EdgeOptions> options, ILogger<Directory> logger)
{
    private readonly TimeSpan _patience = options.Value.AccountingPatience;

    private readonly ShortMemory<Credential, Principal> _principals = new(
        time, options.Value.PrincipalsMax, new MemoryRules<Principal>(p => p.Workspace.Id, p => p.ValidUntil));

    private readonly ShortMemory<FindAgent, AgentProfile> _agents = new(
        time, options.Value.PrincipalsMax, new MemoryRules<AgentProfile>(a => a.OrgId, _ => null));

    /// <summary>The principal of a credential; null where it is unknown, revoked or over.</summary>
    public ValueTask<Found<Principal>> AuthenticateAsync(Credential credential, CancellationToken cancellationToken) =>
        _principals.FindAsync(credential, LookUpAsync, cancellationToken);

    /// <summary>The agent that a person names; null where the workspace has none that is asked for.</summary>
    public async ValueTask<AgentProfile?> FindAgentAsync(FindAgent question, CancellationToken cancellationToken) =>
        (await _agents.FindAsync(question, LookUpAsync, cancellationToken)).Value;

    /// <summary>A workspace has changed.</summary>
    public void Forget(Guid orgId)
    {
        _principals.Forget(orgId);
        _agents.Forget(orgId);
    }

    /// <summary>Changes may have been missed.</summary>
    public void ForgetAll()
    {
        _principals.ForgetAll();
        _agents.ForgetAll();
    }

    private async Task<Principal?> LookUpAsync(Credential credential)
    {
        var question = new Authenticate(credential.Kind, credential.SecretSha256);
        return (await AskAsync<Authenticate, Authenticated>(AccountingQueues.Directory, question)).Principal;
    }

    private async Task<AgentProfile?> LookUpAsync(FindAgent question) =>
        (await AskAsync<FindAgent, AgentFound>(AccountingQueues.Agents, question)).Agent;

    private async Task<TAnswer> AskAsync<TQuestion, TAnswer>(string queue, TQuestion question)
        where TQuestion : class
        where TAnswer : class
    {
        try
        {
            return await requests.AskAsync<TQuestion, TAnswer>(queue, question, _patience, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Unanswered(logger, queue, exception.Message);
            throw new UnavailableException(ApiError.AccountingUnavailable(), exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{queue} has not answered: {reason}")]
    private static partial void Unanswered(ILogger logger, string queue, string reason);
}
