using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Knows who is behind a credential. What an edge learns here it keeps for at most a minute.</summary>
internal sealed class PrincipalDirectory(
    IDbContextFactory<AccountingDbContext> contexts, PlanCatalog plans, TimeProvider time)
    : IRequestHandler<Authenticate, Authenticated>, IRequestHandler<FindAgent, AgentFound>
{
    /// <summary>How much later a use must be to be written down: not every call is worth a write.</summary>
    private static readonly TimeSpan UseNotedEvery = TimeSpan.FromMinutes(1);

    public async Task<Authenticated> HandleAsync(Authenticate request, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        return new Authenticated(request.Kind switch
        {
            CredentialKind.AgentKey => await FindAgentAsync(db, request.SecretSha256, now, cancellationToken),
            CredentialKind.Session => await FindPersonAsync(db, request.SecretSha256, now, cancellationToken),
            _ => null,
        });
    }

    public async Task<AgentFound> HandleAsync(FindAgent request, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var agent = await db.Agents.AsNoTracking().SingleOrDefaultAsync(
            row => row.Id == request.AgentId && row.OrgId == request.OrgId && (request.IncludeDisabled || !row.Disabled),
            cancellationToken);
        return new AgentFound(agent?.ToContract());
    }

    private async Task<Principal?> FindAgentAsync(
        AccountingDbContext db, string sha256, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await (
            from key in db.Keys.LiveAt(now)
            join agent in db.Agents on key.AgentId equals agent.Id
            join workspace in db.Workspaces on agent.OrgId equals workspace.Id
            where key.Sha256 == sha256 && !agent.Disabled
            select new { key, agent, workspace }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (found is null) return null;
        if (found.agent.LastSeenAt is null || found.agent.LastSeenAt <= now - UseNotedEvery)
            await NoteAsync(db, found.agent, now, cancellationToken);
        return new AgentPrincipal(
            found.workspace.ToContract(plans), found.agent.ToContract(), found.key.Id, found.key.ExpiresAt);
    }

    private async Task<Principal?> FindPersonAsync(
        AccountingDbContext db, string sha256, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await (
            from session in db.Sessions
            join person in db.People on session.PersonId equals person.Id
            join workspace in db.Workspaces on person.OrgId equals workspace.Id
            where session.TokenSha256 == sha256 && session.ExpiresAt > now
            select new { session, person, workspace }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (found is null) return null;
        if (found.session.LastUsedAt <= now - UseNotedEvery)
            await NoteAsync(db, found.session, now, cancellationToken);
        return new PersonPrincipal(
            found.workspace.ToContract(plans),
            found.person.Id,
            found.person.Email,
            found.person.Role,
            found.session.Id,
            found.session.ExpiresAt);
    }

    private static async Task NoteAsync(
        AccountingDbContext db, AgentRow agent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        await db.Agents.Where(row => row.Id == agent.Id && (row.LastSeenAt == null || row.LastSeenAt < now))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Twelve more hours; a session that was ended meanwhile has no row and stays ended.</summary>
    private static async Task NoteAsync(
        AccountingDbContext db, SessionRow session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var expires = now + SessionRow.Lifetime;
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        await db.Sessions.Where(row => row.Id == session.Id && row.LastUsedAt < now).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.LastUsedAt, now).SetProperty(row => row.ExpiresAt, expires),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        session.ExpiresAt = expires;
    }
}
