using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>
/// Speaks HTTP with a target and holds every answer against the OpenAPI document, so that each test is a test of the
/// document too. Immutable: <c>With…</c> makes another one on the same connections.
/// </summary>
public sealed class Client
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly (string Name, string Value)[] _headers;

    public Client(Uri address)
        : this(address, [])
    {
    }

    private Client(Uri address, (string Name, string Value)[] headers) => (Address, _headers) = (address, headers);

    public Uri Address { get; }

    /// <summary>What this client sends of a header, or null.</summary>
    public string? Header(string name) => _headers.LastOrDefault(h => h.Name == name).Value;

    /// <summary>The same client at another edge.</summary>
    public Client At(Uri address) => new(address, _headers);

    public Client With(string name, string value) => new(Address, [.. _headers, (name, value)]);

    public Client WithKey(string key) => With("Authorization", $"Bearer {key}");

    public Client WithCookie(string cookie) => With("Cookie", cookie);

    public Client WithoutCredential() =>
        new(Address, [.. _headers.Where(h => h.Name is not ("Authorization" or "Cookie"))]);

    public Client WithIdempotencyKey(string key) => With("Idempotency-Key", key);

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> DeleteAsync(string path) => SendAsync("DELETE", path);

    /// <summary>Sends <paramref name="body"/> as JSON, or nothing at all.</summary>
    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync("POST", path, Json(body));

    public Task<Answer> PutAsync(string path, object? body) => SendAsync("PUT", path, Json(body));

    public Task<Answer> PatchAsync(string path, object? body) => SendAsync("PATCH", path, Json(body));

    /// <summary>Sends text that need not be JSON.</summary>
    public Task<Answer> PostTextAsync(string path, string text, string? type = "application/json") =>
        SendAsync("POST", path, Content(Encoding.UTF8.GetBytes(text), type));

    public static HttpContent Content(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    /// <summary>Sends <paramref name="body"/> as JSON with any method, or nothing at all.</summary>
    public Task<Answer> CallAsync(string method, string path, object? body) => SendAsync(method, path, Json(body));

    public async Task<Answer> SendAsync(string method, string path, HttpContent? content = null)
    {
        var answer = await SendUncheckedAsync(method, path, content);
        var faults = OpenApiDocument.Instance.FaultsOf(method, path, answer);
        if (faults.Count > 0)
            Assert.Fail($"The answer is not what the OpenAPI document says:\n{string.Join('\n', faults)}\n{answer}");
        return answer;
    }

    /// <summary>Sends, and leaves it to the caller to judge the answer.</summary>
    public async Task<Answer> SendUncheckedAsync(string method, string path, HttpContent? content = null)
    {
        using var request =
            new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path)) { Content = content };
        foreach (var (name, value) in _headers) request.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync(request, $"{method} {path}");
    }

    /// <summary>Sends, and returns when the answer has begun.</summary>
    public async Task<HttpResponseMessage> BeginAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path));
        foreach (var (name, value) in _headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends a message as it is.</summary>
    public static async Task<Answer> SendAsync(HttpRequestMessage request, string name)
    {
        using var response = await Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer(name, (int)response.StatusCode, response.Headers, response.Content.Headers, bytes);
    }

    /// <summary>Sends a message as it is, and hangs up where the answer has no end: of a stream only the head is read.</summary>
    public static async Task<Answer> SendAndHangUpAsync(HttpRequestMessage request, string name)
    {
        using var patience = new CancellationTokenSource(Http.Timeout, TimeProvider.System);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        var isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var bytes = isStream ? [] : await response.Content.ReadAsByteArrayAsync(patience.Token);
        return new Answer(name, (int)response.StatusCode, response.Headers, response.Content.Headers, bytes);
    }

    private static HttpContent? Json(object? body) => body switch
    {
        null => null,
        JsonNode node => Content(Encoding.UTF8.GetBytes(node.ToJsonString()), "application/json"),
        _ => Content(JsonSerializer.SerializeToUtf8Bytes(body), "application/json"),
    };
}
