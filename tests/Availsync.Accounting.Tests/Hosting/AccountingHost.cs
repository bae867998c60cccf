using System.Security.Cryptography;
using Availsync.Bus;
using Availsync.Bus.Requests;
using Availsync.Contracts;
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

    /// <summary>Starts it. Nothing is made at the first start unless the settings say so.</summary>
    public static async Task<AccountingHost> StartAsync(
        Stores.Store store, FakeTimeProvider? time = null, params (string Name, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        var key = RandomNumberGenerator.GetBytes(32);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
        [
            .. store.Settings,
            new("Internal:SigningKey", Convert.ToBase64String(key)),
            new("Accounts:FirstStart", "false"),
            new("Accounts:Signup", "open"),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)));
        var clock = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 5, 22, 10, 0, 0, TimeSpan.Zero));
        var console = new StringWriter();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(new Output(console));
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddBusParts(bus => bus
            .Broadcast<PrincipalChanged, PrincipalInbox>()
            .Handler<AgentEnded, AgentInbox>("test.agents-ended")
            .Handler<AgentResumed, AgentInbox>("test.agents-resumed"));
        builder.Services.AddAccounting(builder.Configuration);
        builder.Services.AddAvailsyncBus(builder.Configuration);
        var app = builder.Build();
        app.UseAccounting();
        await app.StartAsync();
        return new AccountingHost(app, clock, console, key);
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
