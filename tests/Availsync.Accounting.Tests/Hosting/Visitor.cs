using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Availsync.Contracts;

namespace Availsync.Accounting.Tests;

/// <summary>
/// Somebody who calls, seen through an edge: each call is authenticated by the directory with the credential that the
/// visitor has, signed, and sent on. Keeps the session cookie as a browser does.
/// </summary>
internal sealed class Visitor(AccountingHost host)
{
    public const string Password = "correct horse battery";

    /// <summary>The session's token.</summary>
    public string? Token { get; set; }

    /// <summary>An agent's key, which goes before the session.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Who the edge still believes it is, where it does not ask anew.</summary>
    public Principal? Remembered { get; set; }

    public string Address { get; set; } = "203.0.113.7";

    public string Scheme { get; set; } = "https";

    public bool OverLoopback { get; set; }

    public Guid OrgId { get; private set; }

    public Guid UserId { get; private set; }

    public string Email { get; private set; } = "";

    public string Org => $"/v1/orgs/{OrgId}";

    public Task<Reply> GetAsync(string path) => SendAsync("GET", path);

    public Task<Reply> DeleteAsync(string path) => SendAsync("DELETE", path);

    public Task<Reply> PatchAsync(string path, object body) => SendAsync("PATCH", path, body);

    public Task<Reply> PutAsync(string path, object body) => SendAsync("PUT", path, body);

    /// <summary>Moves the own workspace to a plan.</summary>
    public async Task GoOnPlanAsync(string plan) =>
        Assert.Equal(200, (await PutAsync("/v1/billing/plan", new { plan })).Status);

    /// <summary>The agent of a key, as the edge sees it.</summary>
    public Visitor WithKey(string apiKey) => new(host) { ApiKey = apiKey };

    public Task<Reply> PostAsync(string path, object? body = null, string? idempotencyKey = null) =>
        SendAsync("POST", path, body, idempotencyKey);

    public async Task<Reply> SendAsync(string method, string path, object? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is string text) request.Content = new StringContent(text, Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body);
        if (idempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        if (Token is not null) request.Headers.Add("Cookie", $"availsync_session={Token}");
        request.Headers.Add(InternalIdentity.Header, await IdentityAsync());
        using var response = await host.Http.SendAsync(request);
        var reply = await Reply.ReadAsync(response);
        if (reply.CookieToken is { } token) Token = token.Length == 0 ? null : token;
        Remember(reply);
        return reply;
    }

    /// <summary>Signs in anew, as from another browser.</summary>
    public static async Task<Visitor> SignInAsync(AccountingHost host, string email, string password = Password)
    {
        var visitor = new Visitor(host);
        var reply = await visitor.PostAsync("/v1/auth/login", new { email, password });
        Assert.Equal(200, reply.Status);
        return visitor;
    }

    /// <summary>Makes an agent.</summary>
    public async Task<(string Path, Guid KeyId, string ApiKey)> CreateAgentAsync(string name = "nightly-codex")
    {
        var reply = await PostAsync($"{Org}/agents", new { name });
        Assert.Equal(201, reply.Status);
        var path = $"{Org}/agents/{reply.Json["agent"]!["id"]}";
        return (path, (Guid)reply.Json["key"]!["id"]!, (string)reply.Json["api_key"]!);
    }

    /// <summary>Makes a member of a role, signed in.</summary>
    public async Task<Visitor> AddMemberAsync(string role, string email)
    {
        var reply = await PostAsync($"{Org}/members", new { email, role, password = Password });
        Assert.Equal(201, reply.Status);
        return await SignInAsync(host, email);
    }

    private async Task<string> IdentityAsync()
    {
        var principal = Remembered ?? this switch
        {
            { ApiKey: { } key } => await host.AuthenticateAsync(CredentialKind.AgentKey, key),
            { Token: { } token } => await host.AuthenticateAsync(CredentialKind.Session, token),
            _ => null,
        };
        return new InternalIdentity(principal, Address, "request", host.Time.GetUtcNow(), Scheme, OverLoopback)
            .Sign(host.SigningKey);
    }

    private void Remember(Reply reply)
    {
        if (reply.Body.Length == 0 || reply.Json is not JsonObject { } json || json["user"] is not { } user) return;
        UserId = (Guid)user["id"]!;
        Email = (string)user["email"]!;
        OrgId = (Guid)json["org"]!["id"]!;
    }
}
