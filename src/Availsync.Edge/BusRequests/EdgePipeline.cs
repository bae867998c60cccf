using Microsoft.AspNetCore.Http.Features;

namespace Availsync.Edge.BusRequests;

/// <summary>
/// The edge's own pipeline, for calls that did not come over HTTP: the same middleware, routes and endpoints, so that
/// what is decided cannot depend on the way a call came in by.
/// </summary>
internal sealed class EdgePipeline
{
    private readonly TaskCompletionSource<RequestDelegate> _built =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the host has put the pipeline together.</summary>
    public Task Built => _built.Task;

    /// <summary>Keeps what comes behind.</summary>
    public RequestDelegate Take(RequestDelegate behind)
    {
        _built.TrySetResult(behind);
        return behind;
    }

    /// <summary>Passes a call through.</summary>
    /// <param name="contexts">Makes its context, and gives it a scope of services.</param>
    public async Task<MemoryAnswer> PassAsync(
        IHttpContextFactory contexts, PipelineCall call, CancellationToken hungUp)
    {
        var pipeline = await _built.Task;
        return await MemoryAnswer.OfAsync(contexts, call, pipeline, hungUp);
    }
}

/// <summary>A call as HTTP would have it.</summary>
/// <param name="Path">Not escaped.</param>
/// <param name="Body">Null for none.</param>
internal sealed record PipelineCall(string Method, string Path, string Query, ReadOnlyMemory<byte>? Body)
{
    /// <summary>Whether it is answered at once, though it may wish to wait for its turn.</summary>
    public bool AtOnce { get; init; }

    /// <summary>Its headers.</summary>
    public IHeaderDictionary Headers { get; init; } = new HeaderDictionary();
}

/// <summary>Marks a call that finds no room to wait for its turn.</summary>
internal sealed class AnsweredAtOnce;

/// <summary>An answer that is kept in memory until it is whole.</summary>
internal sealed class MemoryAnswer : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Call, object State)> _starting = [];
    private readonly Stack<(Func<object, Task> Call, object State)> _completed = [];

    /// <summary>The bytes of its body.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>What <paramref name="answerer"/> answers a call with.</summary>
    public static async Task<MemoryAnswer> OfAsync(
        IHttpContextFactory contexts, PipelineCall call, RequestDelegate answerer, CancellationToken hungUp)
    {
        var answer = new MemoryAnswer();
        using var body = new MemoryStream();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http11,
            Scheme = "http",
            Method = call.Method,
            Path = call.Path,
            QueryString = call.Query,
            Headers = call.Headers,
            Body = call.Body is { } bytes ? new MemoryStream(bytes.ToArray(), writable: false) : Stream.Null,
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new Detection(call.Body is not null));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = hungUp });
        if (call.AtOnce) features.Set(new AnsweredAtOnce());
        features.Set<IHttpResponseFeature>(answer);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        var context = contexts.Create(features);
        try
        {
            await answerer(context);
            await RunAsync(answer._starting);
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
            answer.Bytes = body.ToArray();
        }
        finally
        {
            await RunAsync(answer._completed);
            contexts.Dispose(context);
        }

        return answer;
    }

    /// <inheritdoc />
    public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    /// <inheritdoc />
    public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    private static async Task RunAsync(Stack<(Func<object, Task> Call, object State)> callbacks)
    {
        while (callbacks.TryPop(out var callback)) await callback.Call(callback.State);
    }

    private sealed record Detection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
