using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>POST /v1/auth/login</c>.</summary>
internal sealed class SignIn(
    AccountingDbContext db, Passwords passwords, SignInThrottle throttle, SignInQueue queue, TimeProvider time)
{
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        var (body, error) = await JsonBody.ReadAsync(context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var email = fields.Text("email", EmailAddress.LengthMax * 2, required: true);
        var password = fields.Text("password", Passwords.LengthMax, required: true);
        if (email?.Trim().Length > EmailAddress.LengthMax) fields.Wrong("email", "Must be an e-mail address.");
        if (fields.Refusal is { } refusal) return refusal;

        var account = EmailAddress.KeyOf(email!);
        var address = SignInThrottle.AddressOf(context.Identity().RemoteAddress);
        using var turn = await queue.EnterAsync(account, address, context.RequestAborted);
        if (await throttle.RefuseAsync(account, address, context.RequestAborted) is { } tooMany) return tooMany;
        var person = await db.People.AsNoTracking()
            .SingleOrDefaultAsync(row => row.EmailKey == account, context.RequestAborted);
        if (await passwords.IsRightAsync(person, password!, context.RequestAborted))
            return await WelcomeAsync(context, person!, account, address);

        // Counted even when the client has hung up meanwhile, or guessing would be free for those who do.
        await throttle.RecordFailureAsync(account, address, CancellationToken.None);
        return ApiError.InvalidCredentials();
    }

    private async Task<IResult> WelcomeAsync(HttpContext context, PersonRow person, string account, string address)
    {
        await using var transaction = await db.BeginWriteAsync(context.RequestAborted);

        // Read again inside: somebody may have removed the person while the password was checked.
        var workspace = await db.Workspaces.SingleOrDefaultAsync(
            row => row.Id == person.OrgId && db.People.Any(p => p.Id == person.Id), context.RequestAborted);
        if (workspace is null) return ApiError.InvalidCredentials();
        await throttle.ForgetAsync(account, address, context.RequestAborted);
        var (session, token) = SessionCookie.Create(person.Id, time.GetUtcNow());
        db.Add(session);
        await db.SaveChangesAsync(context.RequestAborted);
        await transaction.CommitAsync(CancellationToken.None);
        SessionCookie.Set(context, token);
        return SignedIn.Answer(person, workspace);
    }
}
