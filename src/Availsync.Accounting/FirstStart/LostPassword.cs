using Availsync.Bus.Outbox;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>
/// Gives the person that <c>Accounts:ResetPasswordOf</c> names a new password and ends their sessions: whoever may
/// configure the service may get back in. Prints before it commits, as <see cref="FirstWorkspace"/> does.
/// </summary>
internal sealed class LostPassword(
    IDbContextFactory<AccountingDbContext> contexts,
    Passwords passwords,
    IOptions<AccountsOptions> options,
    TimeProvider time,
    Output output) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ResetPasswordOf is not { } email) return;
        var key = EmailAddress.KeyOf(email);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        var person = await db.People.SingleOrDefaultAsync(row => row.EmailKey == key, cancellationToken)
            ?? throw new OptionsValidationException(
                AccountsOptions.Section,
                typeof(AccountsOptions),
                [$"Accounts:ResetPasswordOf: nobody has the e-mail address {email}."]);
        var password = Passwords.Generate();
        person.PasswordHash = passwords.Hash(password);
        await db.Sessions.Where(row => row.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken);
        await db.FailedSignIns.Where(row => row.Account == key).ExecuteDeleteAsync(cancellationToken);
        db.Enqueue(new PrincipalChanged(person.OrgId));
        db.Note(
            person.OrgId, "password.reset", new { UserId = person.Id, person.Email }, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await output.PrintAsync(Announcement.OfNewPassword(person.Email, password));
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
