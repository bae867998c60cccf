using Availsync.Arbiter.Agents;
using Availsync.Arbiter.Deciding;
using Availsync.Arbiter.Events;
using Availsync.Arbiter.Holds;
using Availsync.Arbiter.Leases;
using Availsync.Arbiter.Partitions;
using Availsync.Arbiter.Queries;
using Availsync.Arbiter.Relay;
using Availsync.Arbiter.Store;
using Availsync.Arbiter.Telemetry;
using Availsync.Arbiter.Waiting;
using Availsync.Bus;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Operations;
using Availsync.Settings;
using Availsync.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter;

/// <summary>The arbiter as a part of a process: its own, or one with all services.</summary>
public static class ArbiterService
{
    /// <summary>Registers the arbiter. The bus is registered once a process, after its services.</summary>
    public static IServiceCollection AddArbiter(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddSettings<ArbiterOptions>(configuration, ArbiterOptions.Section);
        services.AddSettings<PartitionOptions>(configuration, PartitionOptions.Section);
        services.AddStore<ArbiterDbContext, SqliteArbiterDbContext, PostgresArbiterDbContext>(configuration);
        services.AddLeases(configuration);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ArbiterOptions>, ArbiterOptionsValidator>());
        services.AddMetrics();
        services.AddSingleton<ArbiterMetrics>();
        services.AddSingleton<PartitionMetrics>();
        services.AddSingleton<PartitionMap>();
        services.AddSingleton<IStoreClock, StoreClock>();
        services.AddSingleton<PartitionTable>();
        services.AddSingleton<InstanceTable>();
        services.AddSingleton<Ability>();
        services.AddSingleton<PartitionServing>();
        services.AddSingleton<PartitionReport>();
        services.AddSingleton<CommandQueue>();
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<IPartitionCommands, PartitionCommands>();
        services.AddBusParts(parts => parts
            .Topic(EventTopic.Exchange)
            .Responder<GetClaim, ClaimFound, ClaimQueries>(ArbiterQueues.Claim)
            .Responder<ListClaims, ClaimPage, ClaimQueries>(ArbiterQueues.Claims)
            .Responder<ListResources, ResourcePage, ResourceQueries>(ArbiterQueues.Resources)
            .Responder<GetUsage, UsageFound, UsageQueries>(ArbiterQueues.Usage)
            .Responder<ReadEvents, EventPage, EventReads>(EventQueues.Pages)
            .Responder<ReadEventHeads, EventHeadsFound, EventReads>(EventQueues.Heads)
            .Responder<GetHold, HoldFound, HoldQueries>(HoldQueues.Hold)
            .Responder<ListHolds, HoldPage, HoldQueries>(HoldQueues.Holds)
            .Handler<AgentEnded, AgentMessages>(AgentMessages.EndedQueue)
            .Handler<AgentResumed, AgentMessages>(AgentMessages.ResumedQueue));
        services.AddHealthChecks().AddCheck<PartitionsHealth>("partitions", tags: ["ready"]);
        services.AddHostedService<PartitionsAtStart>();
        services.AddSingleton<Queues>();
        services.AddHostedService(provider => provider.GetRequiredService<Queues>());
        services.AddHostedService<DecisionLoop>();
        services.AddHostedService<EventRelay>();
        services.AddHostedService<EventBacklog>();
        services.AddHostedService<Ownership>();
        services.AddHostedService<AnswerPurge>();
        services.AddHostedService<EventLogPurge>();
        return services;
    }

    /// <summary>
    /// The arbiter's own HTTP surface, for whoever reaches this port, which is nobody outside: <c>/health</c>, ready once
    /// store and bus answer and every partition has an owner; <c>/metrics</c>; and <c>/partitions</c>, which says who has
    /// which and how it is doing.
    /// </summary>
    public static IApplicationBuilder UseArbiter(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var loggers = app.ApplicationServices.GetRequiredService<ILoggerFactory>();
        return app
            .UseHttpConventions(loggers.CreateLogger("Availsync.Arbiter.Http"))
            .UseRouting()
            .UseEndpoints(routes =>
            {
                routes.MapOperations(Audience.Operators, ApiError.ArbiterUnavailable());
                var report = routes.ServiceProvider.GetRequiredService<PartitionReport>();
                routes.MapMethods("/partitions", [HttpMethods.Get], (RequestDelegate)report.WriteAsync);
            });
    }
}
