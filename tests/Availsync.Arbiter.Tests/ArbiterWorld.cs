using System.Diagnostics.Metrics;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Relay;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Waiting;
using Availsync.Bus.Tests.Databases;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Arbiter.Tests;

/// <summary>A store of a test's own, and the arbiter instances that share it.</summary>
internal sealed class ArbiterWorld : IAsyncDisposable
{
    public static readonly IOptions<PartitionOptions> Partitions = Options.Create(new PartitionOptions { Count = 2 });
    public static readonly IOptions<ArbiterOptions> Arbiter = Options.Create(new ArbiterOptions());

    private readonly TestDatabase _database;
    private readonly ServiceProvider _services;
    private readonly List<Instance> _instances = [];

    private ArbiterWorld(TestDatabase database, ServiceProvider services)
    {
        _database = database;
        _services = services;
    }

    public DateTimeOffset Began { get; } = new(2026, 5, 22, 10, 30, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 22, 10, 30, 0, TimeSpan.Zero));

    public Guid OrgId { get; } = Guid.Parse("0196f000-0000-7000-8000-000000000001");

    public IDbContextFactory<ArbiterDbContext> Contexts =>
        _services.GetRequiredService<IDbContextFactory<ArbiterDbContext>>();

    public static async Task<ArbiterWorld> OpenAsync(StorageProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider);
        var services = new ServiceCollection().AddLogging();
        services.AddStore<ArbiterDbContext, SqliteArbiterDbContext, PostgresArbiterDbContext>(database.Configuration);
        var built = services.BuildServiceProvider();
        foreach (var migration in built.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await migration.StartingAsync(default);
        return new ArbiterWorld(database, built);
    }

    /// <summary>Starts an instance that takes every partition over, whoever has it.</summary>
    public async Task<Instance> TakeOverAsync(
        TimeProvider? time = null, IOptions<PartitionOptions>? partitions = null)
    {
        var instance = await JoinAsync(time, partitions);
        foreach (var row in await RowsAsync())
            instance.Map.Add((await instance.Table.TakeAsync(row, default))!);
        return instance;
    }

    public async Task<List<PartitionRow>> RowsAsync()
    {
        await using var context = await Contexts.CreateDbContextAsync();
        return await context.Partitions.AsNoTracking().OrderBy(p => p.Id).ToListAsync();
    }

    /// <summary>Starts an instance that owns nothing yet.</summary>
    public async Task<Instance> JoinAsync(
        TimeProvider? time = null, IOptions<PartitionOptions>? partitions = null)
    {
        var instance = new Instance(Contexts, new WorldClock(Time), time ?? Time, partitions ?? Partitions);
        _instances.Add(instance);
        await instance.Table.EnsureAsync(default);
        await instance.Queues.StartAsync(default);
        await instance.Loop.StartAsync(default);
        return instance;
    }

    public Caller Agent(int number = 1) => new(
        OrgId, new Guid(number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]), $"agent-{number}", PersonId: null);

    public StartRun Start(string resource, int agent = 1, int seconds = 60) => new(
        Agent(agent),
        ResourceRef.TryParse(resource, out var parsed, out _) ? parsed : throw new ArgumentException(resource),
        LeaseDuration.TryFromSeconds(seconds, out var duration)
            ? duration
            : throw new ArgumentOutOfRangeException(nameof(seconds)),
        Priority: 100,
        Reason: null,
        "generic",
        Metadata: "{}",
        ArbitrationMode.Enforce);

    public IdempotencyStamp Key(string key, string body, int agent = 1) => new(
        OrgId,
        Agent(agent).AgentId,
        "POST /v1/work/run/start",
        IdempotencyKey.TryParse(key, out var parsed) ? parsed : throw new ArgumentException(key),
        body);

    public async Task<List<ClaimRow>> ClaimsAsync()
    {
        await using var context = await Contexts.CreateDbContextAsync();
        return await context.Claims.AsNoTracking().OrderBy(c => c.FencingToken).ToListAsync();
    }

    public async Task<List<ClaimEvent>> EventsAsync()
    {
        await using var context = await Contexts.CreateDbContextAsync();
        var rows = await context.EventBatches.AsNoTracking().OrderBy(b => b.Id).ToListAsync();
        return [.. rows.SelectMany(r => System.Text.Json.JsonSerializer.Deserialize<List<ClaimEvent>>(r.Events)!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.Queues.StopAsync(default);
            await instance.Loop.StopAsync(default);
        }

        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>The test's clock in place of the database's.</summary>
    private sealed class WorldClock(TimeProvider time) : IStoreClock
    {
        public Task<DateTimeOffset> NowAsync(ArbiterDbContext context, CancellationToken cancellationToken) =>
            Task.FromResult(time.GetUtcNow());
    }

    internal sealed class Instance
    {
        private readonly TimeProvider _time;
        private readonly int _partitions;

        public Instance(
            IDbContextFactory<ArbiterDbContext> contexts,
            IStoreClock clock,
            TimeProvider time,
            IOptions<PartitionOptions> partitions)
        {
            _time = time;
            _partitions = partitions.Value.Count;
            Clock = clock;
            Map = new PartitionMap(time, Metrics);
            Table = new PartitionTable(contexts, Map, clock, time, Arbiter, partitions);
            Queue = new CommandQueue(partitions);
            Relay = new RelaySignal();
            Queues = new Queues(Queue, Map, Told, time, NullLogger<Queues>.Instance);
            Loop = new DecisionLoop(
                Queue, Map, contexts, Relay, Queues, time, Arbiter, NullLogger<DecisionLoop>.Instance);
        }

        public IStoreClock Clock { get; }

        public PartitionMetrics Metrics { get; } = new(
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

        public PartitionMap Map { get; }

        public PartitionTable Table { get; }

        public CommandQueue Queue { get; }

        public RelaySignal Relay { get; }

        public Queues Queues { get; }

        /// <summary>What the doors were told.</summary>
        public RecordingPublisher Told { get; } = new();

        public DecisionLoop Loop { get; }

        public async Task<Outcome> DecideAsync(Command command, IdempotencyStamp? key = null) =>
            Assert.IsType<Reply.Answered>(await AskAsync(command, key)).Outcome;

        public async Task<Reply> AskAsync(Command command, IdempotencyStamp? key = null, string requestId = "r") =>
            (await AskAllAsync((command, key, requestId)))[0];

        /// <summary>Asks for several at once, so that those of one partition travel in one batch.</summary>
        public async Task<IReadOnlyList<Reply>> AskAllAsync(
            params (Command Command, IdempotencyStamp? Key, string RequestId)[] commands)
        {
            var deadline = _time.GetUtcNow().AddSeconds(5);
            var decided = await Task.WhenAll(commands.Select(c => Queue.DecideAsync(
                c.Command.Slot.Partition(_partitions),
                new Decide([new CommandEnvelope(c.Command, deadline, c.RequestId, c.Key)]))));
            return [.. decided.Select(d => d.Replies[0])];
        }

        public async Task<Reply> AskTooLateAsync(Command command) => (await Queue.DecideAsync(
            command.Slot.Partition(_partitions),
            new Decide([new CommandEnvelope(command, _time.GetUtcNow(), "r", null)]))).Replies[0];
    }
}
