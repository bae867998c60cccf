using Availsync.Bus.Requests;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>The way of calls that only read: straight to an arbiter, which answers from what is committed.</summary>
internal sealed partial class ClaimReads(IRequests requests, TimeProvider time, ILogger<ClaimReads> logger)
{
    public async Task<IResult> GetClaimAsync(HttpContext context)
    {
        if (!WorkCalls.TryReadClaimId(context, out var claimId)) return NoSuchClaim();
        var question = new GetClaim(context.Principal().Workspace.Id, claimId);
        var found = await AskAsync<GetClaim, ClaimFound>(context, ArbiterQueues.Claim, question);
        if (found.Claim is not { } claim) return NoSuchClaim();
        context.Visit().Note.Claim(claim);
        return new Answer(new ClaimBody(ClaimView.Of(claim)));
    }

    public async Task<IResult> ListClaimsAsync(HttpContext context)
    {
        var question = ClaimQueries.Read(context.Principal(), context.Request.Query, out var page, out var mistake);
        if (question is null) return mistake!;
        var found = await AskAsync<ListClaims, ClaimPage>(context, ArbiterQueues.Claims, question);
        return new Answer(new ClaimPageBody([.. found.Claims.Select(ClaimView.Of)], page.Of(found.Total)));
    }

    public async Task<IResult> ListResourcesAsync(HttpContext context)
    {
        var errors = new List<FieldError>();
        var page = Page.Read(context.Request.Query, errors);
        if (errors.Count > 0) return ApiError.ValidationFailed(errors);
        var question = new ListResources(context.Principal().Workspace.Id, page.Limit, page.Offset);
        var found = await AskAsync<ListResources, ResourcePage>(context, ArbiterQueues.Resources, question);
        return new Answer(new ResourcePageBody([.. found.Resources.Select(ResourceView.Of)], page.Of(found.Total)));
    }

    private IResult NoSuchClaim() => OutcomeAnswers.Of(WorkCalls.NoSuchClaim, Question.Release, time.GetUtcNow());

    /// <summary>Asks an arbiter, for as long as the caller has patience.</summary>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(HttpContext context, string queue, TQuestion question)
        where TQuestion : class
        where TAnswer : class
    {
        try
        {
            var patience = context.Visit().Deadline - time.GetUtcNow();
            if (patience <= TimeSpan.Zero) throw new TimeoutException("Authenticating has taken all of the time.");
            return await requests.AskAsync<TQuestion, TAnswer>(
                queue, question, patience, context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            Unanswered(logger, queue, exception.Message);
            throw new UnavailableException(ApiError.ArbiterUnavailable(), exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{queue} has not answered: {reason}")]
    private static partial void Unanswered(ILogger logger, string queue, string reason);
}
