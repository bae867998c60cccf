using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Telemetry;
using Availsync.Edge.Traffic;
using Availsync.Edge.Work;
using Availsync.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Directory = Availsync.Edge.Access.Directory;

namespace Availsync.Edge.Events;

/// <summary>
/// Opens streams and ends them: when the client goes, when its credential does, when it reads too slowly, when the
/// service stops. Until the first byte a stream is a call like any other, and is refused like any other.
/// </summary>
internal sealed partial class EventStreams(
    EventFeeds feeds,
    ClaimReads reads,
    Directory directory,
    EdgeMetrics metrics,
    IHostApplicationLifetime lifetime,
    IOptions<EventStreamOptions> options,
    TimeProvider time,
    ILogger<EventStreams> logger)
{
    private static readonly TimeSpan KeyDoubt = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>Streams until it is over; returns what is to be answered where no stream was opened.</summary>
    public async Task<IResult> OpenAsync(HttpContext context)
    {
        var errors = new List<FieldError>();
        var filter = EventFilter.Read(context.Request.Query, errors);
        if (!LastEventId.TryRead(context.Request.Headers, out var asked))
            errors.Add(new FieldError(LastEventId.Header, LastEventId.Wrong));
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);

        var orgId = context.Principal().Workspace.Id;
        using var listener = feeds.TryListen(orgId, out var refusal);
        if (listener is null) return refusal!;
        var found = await reads.AskAsync<ReadEventHeads, EventHeadsFound>(
            context, EventQueues.Heads, new ReadEventHeads([orgId]));
        var head = found.Heads[0].Position;
        listener.Feed.Advance(head);
        await RunAsync(context, listener, filter, StreamStart.Of(asked, head));
        return Results.Empty;
    }

    private async Task RunAsync(HttpContext context, EventListener listener, EventFilter filter, StreamStart start)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Features.Get<AnswerBegun>()?.Record();
        var writer = new EventWriter(context, options.Value, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        var guard = GuardAsync(context, listener, ended);
        metrics.StreamOpens();
        try
        {
            await new EventStream(listener.Feed, filter, writer, time).RunAsync(start, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Over, for one of the reasons above; a client that is still there comes back and is told why not.
        }
        catch (SlowReaderException)
        {
            var id = context.RequestId();
            CutOff(logger, id);
            context.Abort();
        }
        finally
        {
            metrics.StreamCloses();
            await ended.CancelAsync();
            await guard;
        }
    }

    /// <summary>
    /// Looks the credential up at once, since it may have been revoked between the door and here, and then whenever
    /// the workspace changes or the credential should have run out. Where accounting does not answer the stream ends,
    /// as any call would be refused.
    /// </summary>
    private async Task GuardAsync(HttpContext context, EventListener listener, CancellationTokenSource ended)
    {
        try
        {
            if (!Credential.TryRead(context.Request, out var credential)) return;
            while ((await directory.AuthenticateAsync(credential, ended.Token)).Value is { } principal
                && principal.Workspace.Id == listener.Feed.OrgId)
            {
                await time.WaitAsync(listener.DoubtedAsync, UntilDoubt(principal), ended.Token);
            }
        }
        catch (UnavailableException)
        {
            var id = context.RequestId();
            Unconfirmed(logger, id);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>
    /// A key is looked up every minute, should a change have been missed; a session only when it is over, since each
    /// look-up prolongs it and a page that is left open is nobody's doing. A little later, for clocks that differ.
    /// </summary>
    private TimeSpan UntilDoubt(Principal principal)
    {
        if (principal.ValidUntil is not { } end) return KeyDoubt;
        var rest = end - time.GetUtcNow() + Margin;
        if (principal is AgentPrincipal && rest > KeyDoubt) return KeyDoubt;
        return rest > Margin ? rest : Margin;
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Stream {request_id} is cut off: its reader has not taken what was sent in time")]
    private static partial void CutOff(ILogger logger, string request_id);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stream {request_id} ends: nobody has confirmed that its credential still holds")]
    private static partial void Unconfirmed(ILogger logger, string request_id);
}
