using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>
/// On an empty store, makes a workspace with an owner and an agent and prints their secrets. It prints before it
/// commits, while every other instance waits for the row of <see cref="InstallationRow"/>: a process that dies in
/// between leaves an empty store, and the next start prints secrets that count. Printing afterwards could lose them
/// for good. It runs before the host serves anybody, so nobody can use a secret too early.
/// </summary>
internal sealed class FirstWorkspace(
    IDbContextFactory<AccountingDbContext> contexts,
    Passwords passwords,
    IOptions<AccountsOptions> options,
    TimeProvider time,
    Output output) : IHostedLifecycleService
{
    public const string OwnerEmail = "owner@localhost";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.FirstStart) return;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        if (!await InstallationRow.BecomeFirstAsync(db, cancellationToken)) return;

        var password = Passwords.Generate();
        var apiKey = Add(db, passwords.Hash(password), time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await output.PrintAsync(Announcement.OfFirstStart(OwnerEmail, password, apiKey));
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Add(AccountingDbContext db, string passwordHash, DateTimeOffset now)
    {
        var workspace = NewWorkspace.Create("default", NewWorkspace.FirstPlan, now);
        var owner = new CredentialsForm(OwnerEmail, "").ToRow(workspace.Id, Role.Owner, passwordHash, now);
        var agent = new AgentRow
        {
            Id = Guid.CreateVersion7(now), OrgId = workspace.Id, Name = "default-agent", CreatedAt = now,
        };
        var (key, secret) = KeyRow.Create(agent.Id, now);
        db.AddRange(workspace, owner, agent, key);
        db.Note(workspace.Id, "workspace.created", new { workspace.Plan }, now);
        return secret;
    }
}
