using System.Text;
using Availsync.Bus;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.BusRequests;
using Availsync.Edge.Events;
using Availsync.Edge.Holds;
using Availsync.Edge.Lanes;
using Availsync.Edge.Limits;
using Availsync.Edge.Metering;
using Availsync.Edge.Proxy;
using Availsync.Edge.Reference;
using Availsync.Edge.SetupTest;
using Availsync.Edge.Telemetry;
using Availsync.Edge.Traffic;
using Availsync.Edge.Waiting;
using Availsync.Edge.Work;
using Availsync.Http;
using Availsync.Operations;
using Availsync.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Directory = Availsync.Edge.Access.Directory;

namespace Availsync.Edge;

/// <summary>The edge, to be put into any host: it needs a bus and an address of accounting's HTTP API.</summary>
public static class EdgeSetup
{
    /// <summary>
    /// Registers the edge. Its state is a memory of principals, and calls that are not told yet; any number of
    /// instances may run.
    /// </summary>
    public static IServiceCollection AddEdge(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        AddOptions<EdgeOptions>(services, configuration, EdgeOptions.Section);
        AddOptions<PartitionOptions>(services, configuration, PartitionOptions.Section);
        AddOptions<EventStreamOptions>(services, configuration, EventStreamOptions.Section);
        AddOptions<RateLimitOptions>(services, configuration, RateLimitOptions.Section);
        AddOptions<AccountingOptions>(services, configuration, AccountingOptions.Section);
        services.AddInternalIdentity(configuration);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Bodies are limited where they are read, which answers with the error object; Kestrel would only hang up.
            kestrel.Limits.MaxRequestBodySize = null;

            // Whatever bytes a header has, it is for the endpoint to say that they are wrong.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddAccountingProxy();
        services.AddMetrics();
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<Directory>();
        services.AddSingleton<Origins>();
        services.AddSingleton<KeyBuckets>();
        services.AddSingleton<Meter>();
        services.AddSingleton<Door>();
        services.AddSingleton<Actors>();
        services.AddSingleton<LaneMap>();
        services.AddSingleton<WaitingRoom>();
        services.AddSingleton<WaitingCalls>();
        services.AddSingleton<WorkCalls>();
        services.AddSingleton<ClaimReads>();
        services.AddSingleton<EventFeeds>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<HeadWatch>();
        services.AddSingleton<HoldCalls>();
        services.AddSingleton<SetupTests>();
        services.AddSingleton<EdgePipeline>();
        services.AddSingleton<TrafficQueue>();
        services.AddSingleton<TrafficRecorder>();
        services.AddHostedService<TrafficPublisher>();
        services.AddHostedService<MeterReports>();
        services.AddHostedService(provider => provider.GetRequiredService<HeadWatch>());
        return services.AddBusParts(bus => bus
            .Broadcast<PrincipalChanged, PrincipalChanges>()
            .Broadcast<WaitsAnswered, WaitingRoom>()
            .Broadcast<EventsLogged, EventSignals>()
            .FromOutside<RequestMessages>(RequestMessages.Queue));
    }

    /// <summary>The edge's part of the pipeline, with routing of its own.</summary>
    public static IApplicationBuilder UseEdge(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var services = app.ApplicationServices;
        var door = services.GetRequiredService<Door>();
        var recorder = services.GetRequiredService<TrafficRecorder>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Availsync.Edge.Requests");
        app.UseTrustedProxies();

        // What comes over the bus goes the same way from here on.
        app.Use(next => services.GetRequiredService<EdgePipeline>().Take(next));
        app.Use(recorder.PassAsync).UseHttpConventions(logger).Use(TagAsync).UseRouting().Use(door.PassAsync);
        return app.UseEndpoints(routes =>
        {
            routes.MapWork();
            routes.MapEvents();
            routes.MapHolds();
            routes.MapSetupTest();
            routes.MapAccounting();
            routes.MapOperations(Audience.Everybody, ApiError.ArbiterUnavailable());
            routes.MapReference();
        });
    }

    /// <summary>What is asked of other services for this call carries its id.</summary>
    private static Task TagAsync(HttpContext context, RequestDelegate next)
    {
        AmbientRequest.Id = context.RequestId();
        return next(context);
    }

    private static void AddOptions<TOptions>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
    {
        services.AddSettings<TOptions>(configuration, section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton(
            typeof(IValidateOptions<TOptions>), typeof(EdgeOptionsValidator)));
    }
}
