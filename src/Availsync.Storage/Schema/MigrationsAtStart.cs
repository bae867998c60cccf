using Microsoft.EntityFrameworkCore;

namespace Availsync.Storage.Schema;

/// <summary>
/// Brings a store's tables up to date. It runs in the host's starting phase, before any hosted service's own start,
/// so nothing reads a table that is not there, whatever the order of registration.
/// </summary>
internal sealed partial class MigrationsAtStart<TContext>(
    IDbContextFactory<TContext> contexts, ILogger<MigrationsAtStart<TContext>> logger) : IHostedLifecycleService
    where TContext : StoreContext
{
    private static readonly string Name = StoreAttribute.Of(typeof(TContext)).Name;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var _ = await MigrationLock.AcquireAsync(context, cancellationToken);
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
            return;
        await context.Database.MigrateAsync(cancellationToken);
        LogMigrated(logger, Name, pending);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Store {store} migrated: {migrations}")]
    private static partial void LogMigrated(ILogger logger, string store, List<string> migrations);
}
