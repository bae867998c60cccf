using Availsync.Arbiter.Leases;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Tests.Databases;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Arbiter.Tests.Leases;

/// <summary>The lease saga over a store of a test's own, with a partition that only records what it is asked.</summary>
internal sealed class LeaseWorld : IAsyncDisposable
{
    private static readonly Guid OrgId = Guid.Parse("0196f000-0000-7000-8000-000000000001");

    private readonly TestDatabase _database;
    private IHost _host;

    private LeaseWorld(TestDatabase database, IHost host, FakeTimeProvider time, RecordingPartitions partitions) =>
        (_database, _host, Time, Partitions) = (database, host, time, partitions);

    public FakeTimeProvider Time { get; }

    public RecordingPartitions Partitions { get; }

    public static async Task<LeaseWorld> OpenAsync(StorageProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 5, 22, 10, 30, 0, TimeSpan.Zero));
        var partitions = new RecordingPartitions();
        return new LeaseWorld(database, await StartAsync(database, time, partitions), time, partitions);
    }

    public async Task RestartAsync(TimeSpan down)
    {
        await _host.StopAsync();
        _host.Dispose();
        Time.Advance(down);
        _host = await StartAsync(_database, Time, Partitions);
    }

    /// <summary>A claim that is granted now for so many seconds.</summary>
    public Claim Claim(double seconds)
    {
        Assert.True(ResourceRef.TryParse("repo:octo/hello", out var resource, out _));
        var now = Time.GetUtcNow();
        var id = ClaimId.Create(now, Slot.Of(OrgId, resource.Root));
        return new Claim(
            id, OrgId, OrgId, "nightly", resource, ClaimStatus.Active, 100, null, "generic", now,
            now.AddSeconds(seconds), null, new FencingToken(1), null, "{}", null, null);
    }

    /// <summary>Delivers the facts of one committed batch, as the relay does.</summary>
    public async Task TellAsync(params ClaimFact[] facts)
    {
        var now = Time.GetUtcNow();
        var events = facts.Select((fact, i) =>
            new ClaimEvent(Guid.CreateVersion7(now), OrgId, "octo/hello", i + 1, now, null, fact));
        await using var scope = _host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<LeaseEvents>()
            .HandleAsync(new ClaimEvents([.. events]), CancellationToken.None);
    }

    public async Task<(int Leases, int Timers)> RowsAsync()
    {
        await using var context = Context();
        var table = context.Database.IsSqlite() ? "due_messages" : "arbiter.due_messages";
        var sql = $"SELECT CAST(count(*) AS integer) AS \"Value\" FROM {table}";
        var timers = await context.Database.SqlQueryRaw<int>(sql).SingleAsync();
        return (await context.Leases.CountAsync(), timers);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }

    private LeaseDbContext Context() =>
        _host.Services.GetRequiredService<IDbContextFactory<LeaseDbContext>>().CreateDbContext();

    private static async Task<IHost> StartAsync(
        TestDatabase database, FakeTimeProvider time, RecordingPartitions partitions)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddSimpleConsole();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IPartitionCommands>(partitions);
        builder.Services.AddLeases(database.Configuration);
        builder.Services.TryAddScoped<LeaseEvents>();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
