using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>GET /v1/me</c>: who is behind the credential.</summary>
internal sealed class Me(AccountingDbContext db, TimeProvider time)
{
    public Task<IResult> AnswerAsync(HttpContext context) => context.Identity().Principal switch
    {
        PersonPrincipal person => OfPersonAsync(person, context.RequestAborted),
        AgentPrincipal agent => OfAgentAsync(agent, context.RequestAborted),
        _ => Task.FromResult<IResult>(ApiError.Unauthorized()),
    };

    private async Task<IResult> OfPersonAsync(PersonPrincipal principal, CancellationToken cancellationToken)
    {
        var member = await Member.FindAsync(db, principal, time.GetUtcNow(), cancellationToken);
        return member is null ? ApiError.Unauthorized() : SignedIn.Answer(member.Person, member.Workspace);
    }

    private async Task<IResult> OfAgentAsync(AgentPrincipal principal, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var found = await (
            from key in db.Keys.LiveAt(now)
            join agent in db.Agents on key.AgentId equals agent.Id
            join workspace in db.Workspaces on agent.OrgId equals workspace.Id
            where key.Id == principal.KeyId && !agent.Disabled
            select new { agent, workspace }).SingleOrDefaultAsync(cancellationToken);
        return found is null
            ? ApiError.Unauthorized()
            : WireJson.Answer(new AgentSelf(AgentBody.Of(found.agent), WorkspaceBody.Of(found.workspace, role: null)));
    }
}
