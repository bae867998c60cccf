using Availsync.Bus;
using Availsync.Bus.Outbox;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Operations;
using Availsync.Settings;
using Availsync.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>Accounting as a part of a host.</summary>
public static class AccountingRegistration
{
    /// <summary>
    /// Set by the framework on a WebApplication's builder: as long as it is there, UseRouting in a branch shares the
    /// routes of the whole application.
    /// </summary>
    private const string GlobalRoutes = "__GlobalEndpointRouteBuilder";

    /// <summary>
    /// Adds accounting: its store, its answers on the bus and what its HTTP API needs. The bus itself is added once a
    /// process, after all services. Sections of the configuration: <c>Accounts</c>, <c>Plans</c>, <c>Retention</c>,
    /// <c>Internal</c>, <c>Storage</c>.
    /// </summary>
    public static IServiceCollection AddAccounting(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddInternalIdentity(configuration);
        services.AddSettings<AccountsOptions>(configuration, AccountsOptions.Section);
        services.AddSingleton<IValidateOptions<AccountsOptions>, AccountsOptionsValidator>();
        services.AddNamedSettings<PlanOptions>(PlansOptions.Section);
        services.AddOptions<PlansOptions>().Configure(plans => plans.Read(configuration)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PlansOptions>, PlansOptionsValidator>();
        services.AddSingleton<PlanCatalog>();

        services.AddStore<AccountingDbContext, AccountingDbContextSqlite, AccountingDbContextPostgres>(configuration);
        services.TryAddSingleton(new Output(Console.Out));
        services.AddSingleton<Passwords>();
        services.AddHostedService<FirstWorkspace>();
        services.AddHostedService<LostPassword>();
        services.AddHostedService<Sweep>();
        services.AddSettings<RetentionOptions>(configuration, RetentionOptions.Section);
        services.AddSingleton<HistorySweep>();
        services.AddHostedService(provider => provider.GetRequiredService<HistorySweep>());

        services.AddSingleton<SignInQueue>();
        services.AddScoped<SignInThrottle>().AddScoped<SignIn>();
        services.AddScoped<SignUp>().AddScoped<LogOut>().AddScoped<Me>();
        services.AddMetrics();
        services.AddSingleton<ProjectionTelemetry>();
        services.AddSingleton<PrincipalDirectory>();
        services.AddBusParts(bus => bus
            .Responder<Authenticate, Authenticated, PrincipalDirectory>(AccountingQueues.Directory)
            .Responder<FindAgent, AgentFound, PrincipalDirectory>(AccountingQueues.Agents)
            .Responder<MeterCalls, CallsMetered, Meter>(AccountingQueues.Meter)
            .Handler<TrafficRecords, TrafficProjection>(TrafficProjection.Queue)
            .Handler<ClaimEvents, ClaimProjection>(ClaimProjection.Queue));
        services.AddOutbox<AccountingDbContext>(messages => messages
            .Carry<PrincipalChanged>()
            .Carry<AgentEnded>()
            .Carry<AgentResumed>());
        services.AddHealthChecks().AddCheck<StoreHealth>("accounting-store", tags: ["ready"]);
        return services;
    }

    /// <summary>
    /// Answers every request that gets here with accounting's HTTP API: <c>/v1/auth</c>, <c>/v1/me</c>,
    /// <c>/v1/orgs</c>, <c>/v1/activity</c>, <c>/v1/audit</c>, <c>/v1/value</c>, <c>/v1/billing</c> and <c>/v1/mcp</c>, for
    /// calls that the edge has signed, <c>/health</c> and <c>/metrics</c>. Routes of the host's own stay apart.
    /// </summary>
    public static IApplicationBuilder UseAccounting(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var branch = app.New();
        branch.Properties.Remove(GlobalRoutes);
        var loggers = app.ApplicationServices.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger("Availsync.Accounting.Http");
        branch.UseHttpConventions(logger);
        branch.UseErrorTelling();
        branch.UseStoreOutage(logger);
        branch.UseIdentityGate();
        branch.UseRouting();
        branch.UseEndpoints(routes =>
        {
            routes.MapSessions();
            routes.MapWorkspaces();
            routes.MapAgents();
            routes.MapKeys();
            routes.MapMembers();
            routes.MapActivity();
            routes.MapUsage();
            routes.MapAudit();
            routes.MapValue();
            routes.MapBilling();
            routes.MapHeartbeats();
            routes.MapTestConnection();
            routes.MapOperations(Audience.Operators, ApiError.AccountingUnavailable());
        });
        app.Run(branch.Build());
        return app;
    }
}
