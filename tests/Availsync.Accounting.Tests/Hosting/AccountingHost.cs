using System.Security.Cryptography;
using Availsync.Bus;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Accounting.Tests;

/// <summary>Accounting over HTTP in this process, on a store and a clock of the test's own.</summary>
internal sealed class AccountingHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StringWriter _console;

    private AccountingHost(WebApplication app, FakeTimeProvider time, StringWriter console, byte[] signingKey)
    {
        (_app, Time, _console, SigningKey) = (app, time, console, signingKey);
        var handler = new SocketsHttpHandler { UseCookies = false };
        Http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public FakeTimeProvider Time { get; }

    public HttpClient Http { get; }

    public byte[] SigningKey { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>What was printed.</summary>
    public string Printed => _console.ToString();

    /// <summary>What the other services have been told.</summary>
    public Inbox Inbox => _app.Services.GetRequiredService<Inbox>();

    /// <summary>Answers in the arbiter's place.</summary>
    public FakeArbiter Arbiter => _app.Services.GetRequiredService<FakeArbiter>();

    /// <summary>Starts it. Nothing is made at the first start unless the settings say so.</summary>
    public static async Task<AccountingHost> StartAsync(
        Stores.Store store, FakeTimeProvider? time = null, params (string Name, string? Value)[] settings)
    {
        var clock = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 5, 22, 10, 0, 0, TimeSpan.Zero));
        var console = new StringWriter();
        var key = RandomNumberGenerator.GetBytes(32);
        (string, string?)[] all = [("Internal:SigningKey", Convert.ToBase64String(key)), .. settings];
        var app = Build(store, all, services => services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new Output(console))
            .AddSingleton<Inbox>()
            .AddSingleton<FakeArbiter>()
            .AddBusParts(bus => bus
                .Responder<GetUsage, UsageFound, FakeArbiter>(ArbiterQueues.Usage)
                .Responder<GetClaim, ClaimFound, FakeArbiter>(ArbiterQueues.Claim)
                .Broadcast<PrincipalChanged, PrincipalInbox>()
                .Handler<AgentEnded, AgentInbox>("test.agents-ended")
                .Handler<AgentResumed, AgentInbox>("test.agents-resumed")));
        await app.StartAsync();
        return new AccountingHost(app, clock, console, key);
    }

    /// <summary>The service as it would be started.</summary>
    public static WebApplication Build(Stores.Store store, params (string Name, string? Value)[] settings) =>
        Build(store, settings, services => { });

    private static WebApplication Build(
        Stores.Store store, (string Name, string? Value)[] settings, Action<IServiceCollection> more)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            [.. store.Settings, new("Accounts:FirstStart", "false"), new("Accounts:Signup", "open")]);
        foreach (var (name, value) in settings) builder.Configuration[name] = value;
        more(builder.Services);
        builder.Services.AddOperations(builder.Configuration, "availsync-accounting");
        builder.Services.AddAccounting(builder.Configuration);
        builder.Services.AddAvailsyncBus(builder.Configuration);
        var app = builder.Build();
        app.UseAccounting();
        return app;
    }

    /// <summary>Somebody without a credential.</summary>
    public Visitor Stranger() => new(this);

    /// <summary>Somebody new with a workspace of their own, signed in.</summary>
    public async Task<Visitor> SignUpAsync(string? email = null, string workspace = "Acme")
    {
        var visitor = Stranger();
        var reply = await visitor.PostAsync("/v1/auth/signup", new
        {
            email = email ?? $"{Guid.CreateVersion7(Time.GetUtcNow()):N}@example.com",
            password = Visitor.Password,
            workspace_name = workspace,
        });
        Assert.Equal(201, reply.Status);
        return visitor;
    }

    /// <summary>Asks over the bus, as an edge does.</summary>
    public async Task<Principal?> AuthenticateAsync(CredentialKind kind, string secret)
    {
        var answer = await Services.GetRequiredService<IRequests>().AskAsync<Authenticate, Authenticated>(
            AccountingQueues.Directory, new Authenticate(kind, ApiKey.Hash(secret)));
        return answer.Principal;
    }

    /// <summary>Reports calls over the bus, as an edge does.</summary>
    public async Task<IReadOnlyList<CallAllowance>> MeterAsync(MeterCalls calls)
    {
        var answer = await Services.GetRequiredService<IRequests>().AskAsync<MeterCalls, CallsMetered>(
            AccountingQueues.Meter, calls);
        return answer.Allowances;
    }

    /// <summary>An id that nothing has yet.</summary>
    public Guid NewId() => Guid.CreateVersion7(Time.GetUtcNow());

    /// <summary>What was audited in a workspace, in order.</summary>
    public async Task<IReadOnlyList<AuditRow>> AuditOfAsync(Guid orgId)
    {
        await using var db = Db();
        var rows = await db.Audit.AsNoTracking().Where(row => row.OrgId == orgId).ToListAsync();
        return [.. rows.OrderBy(row => row.At).ThenBy(row => row.Type, StringComparer.Ordinal)];
    }

    public AccountingDbContext Db() =>
        Services.GetRequiredService<IDbContextFactory<AccountingDbContext>>().CreateDbContext();

    public async Task<AgentProfile?> FindAgentAsync(Guid orgId, Guid agentId)
    {
        var answer = await Services.GetRequiredService<IRequests>().AskAsync<FindAgent, AgentFound>(
            AccountingQueues.Agents, new FindAgent(orgId, agentId));
        return answer.Agent;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
