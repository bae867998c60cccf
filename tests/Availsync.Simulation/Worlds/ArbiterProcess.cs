using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Availsync.Arbiter;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Relay;
using Availsync.Arbiter.Telemetry;
using Availsync.Arbiter.Waiting;
using Availsync.Bus;
using Availsync.Decisions;
using Availsync.Simulation.Planting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Simulation.Worlds;

/// <summary>
/// The product's own parts of one arbiter, put together as the service does it. The only place that knows their
/// constructors.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A process that dies disposes of nothing.")]
internal sealed class ArbiterProcess
{
    private static readonly IOptions<ArbiterOptions> Settings = Options.Create(new ArbiterOptions
    {
        BatchMax = 8,
        RootsInMemoryMax = 4,
        OwnershipLeaseSeconds = 5,
        OwnershipRenewalSeconds = 1.5,
    });

    private static readonly ArbiterMetrics Metrics = new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private readonly CommandQueue _commands;
    private readonly Queues _queues;
    private readonly DecisionLoop _loop;
    private readonly EventRelay _relay;
    private readonly Ownership _ownership;

    public ArbiterProcess(World world, Instance instance)
    {
        var (store, publisher, clock) = (instance.Store, world.Broker.PublisherOf(instance), instance.Clock);
        var signal = new RelaySignal();
        var storeClock = new WorldStore.TrueClock(world.Time);
        Partitions = new PartitionMap(clock) { Instance = world.Chance.Guid() }; // Who is to have what goes by ids.
        var table = new PartitionTable(store, Partitions, storeClock, clock, Settings, World.PartitionOptions);
        _commands = new CommandQueue(World.PartitionOptions);
        _queues = new Queues(_commands, Partitions, publisher, clock, new InstanceLog<Queues>(world, instance));
        _loop = new DecisionLoop(
            _commands, Partitions, store, signal, _queues, Metrics, clock, Settings,
            new InstanceLog<DecisionLoop>(world, instance))
        {
            Core = world.Bug == PlantedBug.ExpiryByMessageOnly ? SleepyCore.Decide : Arbitration.Decide,
        };
        _relay = new EventRelay(
            Partitions, store, publisher, world.Broker.TopicsOf(instance), signal, Metrics, clock,
            new InstanceLog<EventRelay>(world, instance));
        _ownership = new Ownership(
            Partitions, table, new InstanceTable(store, Partitions, storeClock, Settings),
            new Ability(_commands, new Reachable(), clock),
            new PartitionServing(
                Partitions, table, _commands, world.Broker.ConnectorOf(instance), signal, clock,
                new InstanceLog<PartitionServing>(world, instance)),
            clock, Settings, new InstanceLog<Ownership>(world, instance));
    }

    public PartitionMap Partitions { get; }

    /// <summary>
    /// Begins what the host would begin. The host would do it on threads of its own, so their loops are entered directly.
    /// </summary>
    public IEnumerable<Task> Start() =>
    [
        Execute(_queues, CancellationToken.None),
        Execute(_loop, CancellationToken.None),
        Execute(_relay, CancellationToken.None),
        Execute(_ownership, CancellationToken.None),
    ];

    /// <summary>Stops in the order in which the host does: ownership first, and what was taken is still answered.</summary>
    public async Task StopAsync()
    {
        await _ownership.StopAsync(CancellationToken.None);
        _commands.Complete();
    }

    /// <summary>What the broker does to messages is mischief enough; it is never away as a whole.</summary>
    private sealed class Reachable : IBrokerProbe
    {
        public Task<bool> AnswersAsync(TimeSpan within, CancellationToken cancellationToken) => Task.FromResult(true);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(Queues service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(DecisionLoop service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(EventRelay service, CancellationToken stopping);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    private static extern Task Execute(Ownership service, CancellationToken stopping);
}
