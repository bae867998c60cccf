using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Availsync.Bus.Outside;
using Availsync.Http;

namespace Availsync.Edge.BusRequests;

/// <summary>A message read as a call.</summary>
/// <param name="Type">Which call it is.</param>
/// <param name="Call">The same over HTTP.</param>
internal sealed record RequestMessage(RequestType Type, PipelineCall Call)
{
    private const string TypeMember = "type";
    private const string KeyMember = "api_key";
    private const string IdempotencyMember = "idempotency_key";
    private const string TokenMember = "fencing_token";
    private const string WaitMember = "wait_seconds";
    private const string IdempotencyHeader = "Idempotency-Key";
    private const string TraceHeader = "traceparent";
    private const int IdLengthMax = 100;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether it wishes to wait for its turn.</summary>
    public bool Waits { get; private init; }

    /// <summary>Reads a message, or says why it cannot be read.</summary>
    public static (RequestMessage? Message, ApiError? Error) Read(OutsideMessage message)
    {
        if (!IsPlainJson(message)) return (null, ApiError.UnsupportedMediaType());
        var (body, error) = JsonBody.Parse(message.Body);
        if (body is null) return (null, error);
        var fields = new Fields(body.Root);
        var name = fields.Find(TypeMember) is { } given ? fields.Text(TypeMember, int.MaxValue) : RequestType.Default;
        var type = name is null ? null : RequestType.Find(name);
        if (name is not null && type is null)
            fields.Wrong(TypeMember, $"Must be one of {string.Join(", ", RequestType.All.Select(t => t.Name))}.");
        var id = type?.PathMember is { } member ? fields.Text(member, IdLengthMax, min: 1, required: true) : null;
        if (fields.Refusal is { } refusal) return (null, refusal);

        var waits = type!.Name == RequestType.Default
            && body.Root.TryGetProperty(WaitMember, out var wait)
            && wait.ValueKind == JsonValueKind.Number && wait.TryGetDecimal(out var seconds) && seconds > 0;
        var read = new RequestMessage(type, CallOf(type, body.Root, id, message)) { Waits = waits };
        return (read, null);
    }

    /// <summary>The call that takes back what this one has brought.</summary>
    public PipelineCall UndoOf(string id)
    {
        var undo = RequestType.Find(Type.Undo!)!;
        var call = new PipelineCall(undo.Method, PathOf(undo, id), Query: "", Body: null);
        call.Headers.Authorization = Call.Headers.Authorization;
        return call;
    }

    private static PipelineCall CallOf(RequestType type, JsonElement root, string? id, OutsideMessage message)
    {
        ReadOnlyMemory<byte>? body = type.HasBody ? BodyOf(type, root) : default(ReadOnlyMemory<byte>?);
        var call = new PipelineCall(type.Method, PathOf(type, id), QueryOf(type, root), body);
        var headers = call.Headers;
        if (type.HasBody) headers.ContentType = "application/json";
        if (Member(root, KeyMember) is { ValueKind: JsonValueKind.String } key)
            headers.Authorization = $"Bearer {key.GetString()}";
        if (Member(root, IdempotencyMember) is { } idempotency)
        {
            // What is no text is no key: the endpoint says so, after it has asked who it is.
            headers[IdempotencyHeader] = idempotency.ValueKind == JsonValueKind.String ? idempotency.GetString() : "";
        }
        else if (message.MessageId is { Length: > 0 } messageId && type.HasBody && !type.OnlyReads)
        {
            headers[IdempotencyHeader] = "message:" + Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{type.Name} {messageId}")));
        }

        if (message.Headers.TryGetValue(TraceHeader, out var trace)) headers.TraceParent = trace;
        return call;
    }

    /// <summary>
    /// An id that has no place in a path is as unknown as any other; it must not lead to another route.
    /// </summary>
    private static string PathOf(RequestType type, string? id)
    {
        if (type.PathMember is not { } member) return type.Path;
        var isOne = id is not null && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        return type.Path.Replace($"{{{member}}}", isOne ? id : "-", StringComparison.Ordinal);
    }

    private static string QueryOf(RequestType type, JsonElement root)
    {
        if (!HttpMethods.IsDelete(type.Method) || Member(root, TokenMember) is not { } token) return "";
        var text = token.ValueKind == JsonValueKind.String ? token.GetString()! : token.GetRawText();
        return $"?{TokenMember}={Uri.EscapeDataString(text)}";
    }

    /// <summary>
    /// What HTTP has in the body, in the order in which it was sent: the same request by either way is the same, and no
    /// key goes any further.
    /// </summary>
    private static ReadOnlyMemory<byte> BodyOf(RequestType type, JsonElement root)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Compact))
        {
            writer.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name is TypeMember or KeyMember or IdempotencyMember || member.Name == type.PathMember) continue;
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static bool IsPlainJson(OutsideMessage message) =>
        (string.IsNullOrEmpty(message.ContentType) || JsonBody.IsJson(message.ContentType))
        && (message.ContentEncoding is null or "" or "utf-8" or "UTF-8" or "identity");
}
