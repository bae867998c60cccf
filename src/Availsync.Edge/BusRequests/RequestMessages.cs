using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Availsync.Bus.Outside;
using Availsync.Edge.Telemetry;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.BusRequests;

/// <summary>
/// Answers requests that come over the bus as HTTP would. Where a request names an address that a reply must not go to,
/// it is not decided at all.
/// </summary>
internal sealed class RequestMessages(
    EdgePipeline pipeline,
    IHttpContextFactory contexts,
    EdgeMetrics metrics,
    IOptions<EdgeOptions> options,
    TimeProvider time) : IOutsideHandler, IDisposable
{
    /// <summary>The queue, and the exchange in front of it.</summary>
    public const string Queue = "availsync.requests";

    private const string Unreadable = "unreadable";

    private static readonly ActivitySource Source = new("Availsync.Edge");

    /// <summary>The headers of an answer that a reply has too, and their names there.</summary>
    private static readonly (string Http, string Name)[] Told =
    [
        ("Idempotency-Replayed", "idempotency_replayed"),
        ("Availsync-Claim-Status", "claim_status"),
        ("Availsync-Hold-Status", "hold_status"),
    ];

    private readonly SemaphoreSlim _turns = new(options.Value.BusRequestsMax);
    private int _waiting;

    /// <inheritdoc />
    public int Capacity => options.Value.BusRequestsMax + options.Value.BusWaitingMax;

    /// <inheritdoc />
    public Task ReadyAsync(CancellationToken cancellationToken) => pipeline.Built.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    /// <inheritdoc />
    public async Task<OutsideVerdict> HandleAsync(OutsideMessage message, CancellationToken lost)
    {
        ArgumentNullException.ThrowIfNull(message);
        var replyTo = string.IsNullOrEmpty(message.ReplyTo) ? null : message.ReplyTo;
        if (replyTo is not null && !ReplyAddress.IsAllowed(replyTo))
            return new OutsideVerdict.SetAside("reply_address_refused", Error: null);
        if (message.CorrelationId?.Contains('\uFFFD', StringComparison.Ordinal) == true)
            return new OutsideVerdict.SetAside("correlation_id_refused", Error: null); // It could not be echoed as it was.

        var (request, error) = RequestMessage.Read(message);
        var answer = request is null
            ? await MemoryAnswer.OfAsync(contexts, NoCall, context => RefuseAsync(context, error!), lost)
            : await AskAsync(request, lost);
        var type = request?.Type.Name;
        metrics.BusRequest(type ?? Unreadable, answer.StatusCode);
        if (replyTo is not null)
        {
            var reply = new OutsideReply(replyTo, answer.Bytes) { Type = type, Headers = HeadersOf(answer) };
            return new OutsideVerdict.Answered(reply, request is null ? null : UndoOf(request, answer));
        }

        return answer.StatusCode < StatusCodes.Status400BadRequest
            ? new OutsideVerdict.Done()
            : new OutsideVerdict.SetAside("no_reply_address", ErrorOf(answer));
    }

    private static PipelineCall NoCall => new(HttpMethods.Post, "/", Query: "", Body: null);

    private Task RefuseAsync(HttpContext context, ApiError error)
    {
        context.TraceIdentifier = Guid.CreateVersion7(time.GetUtcNow()).ToString("D");
        context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
        return error.ExecuteAsync(context);
    }

    /// <summary>Those who wait for their turn have room of their own: they do not hold up the others.</summary>
    private async Task<MemoryAnswer> AskAsync(RequestMessage request, CancellationToken lost)
    {
        if (request.Waits)
        {
            try
            {
                if (Interlocked.Increment(ref _waiting) <= options.Value.BusWaitingMax)
                    return await PassAsync(request, lost);
                request = request with { Call = request.Call with { AtOnce = true } };
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        await _turns.WaitAsync(lost);
        try
        {
            return await PassAsync(request, lost);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<MemoryAnswer> PassAsync(RequestMessage request, CancellationToken lost)
    {
        using var activity = Source.StartActivity(
            $"{Queue} {request.Type.Name}", ActivityKind.Server, request.Call.Headers.TraceParent.ToString());
        var answer = await pipeline.PassAsync(contexts, request.Call, lost);
        activity?.SetTag("messaging.system", "rabbitmq").SetTag("messaging.destination.name", Queue)
            .SetTag("http.response.status_code", answer.StatusCode);
        lost.ThrowIfCancellationRequested(); // What was answered then was cut off.
        return answer;
    }

    /// <summary>What can be told to nobody is given back: a claim that its agent knows nothing of keeps all others out.</summary>
    private Func<Task>? UndoOf(RequestMessage request, MemoryAnswer answer)
    {
        if (request.Type.Undo is null || answer.StatusCode >= StatusCodes.Status300MultipleChoices) return null;
        if (answer.Headers.ContainsKey(Told[0].Http)) return null; // It was told before.
        using var body = JsonDocument.Parse(answer.Bytes);
        foreach (var name in new[] { "claim", "hold" })
        {
            if (body.RootElement.TryGetProperty(name, out var brought) && brought.ValueKind == JsonValueKind.Object
                && brought.TryGetProperty("id", out var id))
            {
                var undo = request.UndoOf(id.GetString()!);
                return () => pipeline.PassAsync(contexts, undo, CancellationToken.None);
            }
        }

        return null;
    }

    private static Dictionary<string, object?> HeadersOf(MemoryAnswer answer)
    {
        var headers = new Dictionary<string, object?>
        {
            ["status"] = answer.StatusCode,
            ["request_id"] = answer.Headers[RequestIds.Header].ToString(),
        };
        if (int.TryParse(answer.Headers.RetryAfter, CultureInfo.InvariantCulture, out var seconds))
            headers["retry_after"] = seconds;
        foreach (var (http, name) in Told)
        {
            if (answer.Headers.TryGetValue(http, out var value)) headers[name] = value.ToString();
        }

        return headers;
    }

    private static string? ErrorOf(MemoryAnswer answer)
    {
        using var body = JsonDocument.Parse(answer.Bytes);
        return body.RootElement.TryGetProperty("error", out var error) ? error.GetString() : null;
    }
}
