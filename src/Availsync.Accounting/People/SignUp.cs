using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary><c>POST /v1/auth/signup</c>: a person, a workspace that they own, and a session.</summary>
internal sealed class SignUp(
    AccountingDbContext db,
    Passwords passwords,
    IOptions<AccountsOptions> options,
    IHostEnvironment environment,
    TimeProvider time)
{
    private static readonly ApiError Closed =
        ApiError.Forbidden("This install takes no sign-ups; ask an owner to add you to their workspace.");

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        var rule = SignUpRules.Of(options.Value, environment.IsDevelopment(), context.Identity().OverLoopback);
        if (await IsClosedAsync(rule, context.RequestAborted)) return Closed;
        var (body, error) = await JsonBody.ReadAsync(context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var form = CredentialsForm.Read(fields);
        var name = fields.Label("workspace_name", WorkspaceRow.NameLengthMax, required: true);
        if (fields.Refusal is { } refusal) return refusal;

        var hash = await passwords.HashAsync(form.Password, context.RequestAborted);
        return await CreateAsync(context, form, name!, hash, rule);
    }

    private async Task<bool> IsClosedAsync(SignUpRule rule, CancellationToken cancellationToken) => rule switch
    {
        SignUpRule.Closed => true,
        SignUpRule.FirstOnly => await InstallationRow.IsMadeAsync(db, cancellationToken),
        _ => false,
    };

    private async Task<IResult> CreateAsync(
        HttpContext context, CredentialsForm form, string name, string hash, SignUpRule rule)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.BeginWriteAsync(context.RequestAborted);
        var isFirst = await InstallationRow.BecomeFirstAsync(db, context.RequestAborted);
        if (rule == SignUpRule.FirstOnly && !isFirst) return Closed;

        var workspace = NewWorkspace.Create(name, isFirst ? NewWorkspace.FirstPlan : options.Value.DefaultPlan, now);
        var person = form.ToRow(workspace.Id, Role.Owner, hash, now);
        db.Add(workspace);
        if (!await person.TryAddAsync(db, context.RequestAborted)) return EmailTaken.Error;
        var (session, token) = SessionCookie.Create(person.Id, now);
        db.Add(session);
        db.Note(workspace.Id, "workspace.created", new { workspace.Plan }, now, person, context.RequestId());
        await db.SaveChangesAsync(context.RequestAborted);
        await transaction.CommitAsync(CancellationToken.None);

        SessionCookie.Set(context, token);
        return SignedIn.Answer(person, workspace, StatusCodes.Status201Created);
    }
}
