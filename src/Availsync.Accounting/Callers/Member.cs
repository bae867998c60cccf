using Availsync.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>A person that calls, with their session and workspace as the store has them right now.</summary>
internal sealed record Member(PersonRow Person, WorkspaceRow Workspace, SessionRow Session)
{
    /// <summary>
    /// The member behind a session, or null where the session has ended since the edge has looked: the edge may have
    /// learned who it is up to a minute ago, and the role that counts is the one of now.
    /// </summary>
    public static Task<Member?> FindAsync(
        AccountingDbContext db, PersonPrincipal principal, DateTimeOffset now, CancellationToken cancellationToken) =>
        (from session in db.Sessions
         join person in db.People on session.PersonId equals person.Id
         join workspace in db.Workspaces on person.OrgId equals workspace.Id
         where session.Id == principal.SessionId && session.ExpiresAt > now
         select new Member(person, workspace, session)).SingleOrDefaultAsync(cancellationToken);
}
