using System.Net;
using System.Text;
using System.Text.Json;
using Availsync.Bus.Durable;
using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>The edge on a port of its own, over a bus that the test answers for.</summary>
internal sealed class EdgeWorld : IAsyncDisposable
{
    public const string SigningKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    public const string SessionToken = "a-session-token";

    private readonly IHost _host;
    private readonly Dictionary<string, Principal> _principals = [];

    private EdgeWorld(IHost host, FakeRequests requests, FakePublisher publisher, FakeTimeProvider time)
    {
        _host = host;
        Requests = requests;
        Publisher = publisher;
        Time = time;
        Address = new Uri(host.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient(new SocketsHttpHandler 
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        })
        {
            BaseAddress = Address,
        };
        requests
            .On<Authenticate>(q => new Authenticated(_principals.GetValueOrDefault(q.SecretSha256)))
            .On<MeterCalls>(q => Lender.Lend(q))
            .On<FindAgent>(q => new AgentFound(
                new[] { Some.Agent, Some.OtherAgent }.SingleOrDefault(a => a.Id == q.AgentId && a.OrgId == q.OrgId)));
        Knows(ApiKeyText, Some.Key());
        Knows(SessionToken, Some.Person());
    }

    public string ApiKeyText { get; } = ApiKey.Create();

    public Uri Address { get; }

    public HttpClient Client { get; }

    public FakeRequests Requests { get; }

    public FakePublisher Publisher { get; }

    /// <summary>What accounting lends of calls; at first without bound.</summary>
    public Lender Lender { get; } = new(null);

    public FakeTimeProvider Time { get; }

    public IServiceProvider Services => _host.Services;

    public static async Task<EdgeWorld> StartAsync(params (string Key, string Value)[] settings)
    {
        var requests = new FakeRequests();
        var publisher = new FakePublisher();
        var time = new FakeTimeProvider(Some.Now);
        var values = settings.Append(("Internal:SigningKey", SigningKey)).Append(("Partitions:Count", "2"))
            .Append(("Edge:TrafficGatherMilliseconds", "0"))
            .GroupBy(s => s.Item1).ToDictionary(s => s.Key, s => (string?)s.First().Item2);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var host = new HostBuilder()
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureWebHost(web => web
                .UseKestrel()
                .UseUrls("http://127.0.0.1:0")
                .ConfigureServices(services => services
                    .AddSingleton<TimeProvider>(time)
                    .AddSingleton<IRequests>(requests)
                    .AddSingleton<IDurablePublisher>(publisher)
                    .AddOperations(configuration, "availsync-edge")
                    .AddEdge(configuration))
                .Configure(app => app.UseEdge()))
            .Build();
        await host.StartAsync();
        return new EdgeWorld(host, requests, publisher, time);
    }

    /// <summary>Stops the service as an operator would; whatever it has to send leaves.</summary>
    public Task StopAsync() => _host.StopAsync();

    public void Knows(string secret, Principal principal) => _principals[ApiKey.Hash(secret)] = principal;

    public void Forgets(string secret) => _principals.Remove(ApiKey.Hash(secret));

    /// <summary>Sends a request with the key, or with what <paramref name="change"/> puts in its place.</summary>
    public async Task<Response> SendAsync(
        HttpMethod method, string path, string? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ApiKeyText}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        change?.Invoke(request);
        using var response = await Client.SendAsync(request);
        return await Response.ReadAsync(response);
    }

    public Task<Response> PostAsync(string path, string body, Action<HttpRequestMessage>? change = null) =>
        SendAsync(HttpMethod.Post, path, body, change);

    public Task<Response> GetAsync(string path, Action<HttpRequestMessage>? change = null) =>
        SendAsync(HttpMethod.Get, path, body: null, change);

    public static void AsPerson(HttpRequestMessage request)
    {
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Cookie", $"availsync_session={SessionToken}");
    }

    public static Action<HttpRequestMessage> WithKey(string idempotencyKey) =>
        request => request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }
}

/// <summary>What has come back.</summary>
internal sealed record Response(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Error => Json.TryGetProperty("error", out var error) ? error.GetString() : null;

    public IEnumerable<string> WrongFields =>
        Json.GetProperty("details").EnumerateArray().Select(d => d.GetProperty("field").GetString()!);

    public static async Task<Response> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Response(response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }
}
