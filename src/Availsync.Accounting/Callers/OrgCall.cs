using System.Text.Json;
using Availsync.Bus.Outbox;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>One call of a person to a route of their own workspace.</summary>
internal sealed class OrgCall(
    HttpContext context,
    AccountingDbContext db,
    PersonPrincipal principal,
    Access access,
    Member member,
    DateTimeOffset now)
{
    public HttpContext Context => context;

    public AccountingDbContext Db => db;

    public DateTimeOffset Now => now;

    public CancellationToken Aborted => context.RequestAborted;

    public PlanCatalog Plans => context.RequestServices.GetRequiredService<PlanCatalog>();

    /// <summary>Read again when a change begins.</summary>
    public Member Member { get; private set; } = member;

    public WorkspaceRow Workspace => Member.Workspace;

    public Guid OrgId => principal.Workspace.Id;

    /// <summary>An id in the path; null for what is none, which is as good as unknown.</summary>
    public Guid? PathId(string name) =>
        Guid.TryParseExact(context.Request.RouteValues[name] as string, "D", out var id) ? id : null;

    /// <summary>Once the change has committed, whoever caches principals of this workspace drops them.</summary>
    public void PrincipalsChanged() => db.Enqueue(new PrincipalChanged(OrgId));

    /// <summary>Which fields of a row this change has changed, in the words of the API.</summary>
    public IReadOnlyList<string> ChangedFields(object row, params IReadOnlyList<string> except) =>
        [.. db.Entry(row).Properties
            .Where(property => property.IsModified && !except.Contains(property.Metadata.Name))
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Metadata.Name))];

    /// <summary>
    /// As <see cref="ChangeAsync"/>, or as the first time under this key: what the caller may not do is kept as well.
    /// </summary>
    public Task<IResult> ChangeOnceAsync(IdempotencyKey? key, JsonBody body, Func<Task<IResult>> change) => key is null
        ? ChangeAsync(change)
        : WriteAsync(() => new Repeats(context, db, OrgId, Member.Person.Id, now).OnceAsync(
            key, body, () => PermittedAsync(change)));

    /// <summary>
    /// Runs a change in one transaction. Changes of one workspace happen one after another, and who the caller is and
    /// may do is looked up again inside: of two owners who remove each other, the second finds that they are none.
    /// A refusal rolls everything back.
    /// </summary>
    public Task<IResult> ChangeAsync(Func<Task<IResult>> change) => WriteAsync(() => PermittedAsync(change));

    private async Task<IResult> PermittedAsync(Func<Task<IResult>> change) =>
        access.Refuse(Member.Person.Role) is { } refusal ? refusal : await change();

    private async Task<IResult> WriteAsync(Func<Task<IResult>> change)
    {
        await using var transaction = await db.BeginWriteAsync(Aborted);
        db.ChangeTracker.Clear();
        await db.Workspaces.Where(row => row.Id == OrgId).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.ChangedAt, now), Aborted);
        if (await Member.FindAsync(db, principal, now, Aborted) is not { } fresh) return ApiError.Unauthorized();
        Member = fresh;
        var answer = await change();
        if (answer is ApiError) return answer;
        await db.SaveChangesAsync(Aborted);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }
}
