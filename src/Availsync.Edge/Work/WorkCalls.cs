using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Edge.BusRequests;
using Availsync.Edge.Lanes;
using Availsync.Edge.Waiting;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>
/// The way of every call that changes something: body, fields, agent, command, lane, outcome, answer. Nothing is
/// decided here but what needs no state: whether the request can be understood, and for whom it may act.
/// </summary>
internal sealed class WorkCalls(
    LaneMap lanes, WaitingCalls waiting, Access.Directory directory, Actors actors, TimeProvider time)
{
    private const string ReplayedHeader = "Idempotency-Replayed";
    private const string ClaimStatusHeader = "Availsync-Claim-Status";
    private const string HoldStatusHeader = "Availsync-Hold-Status";

    /// <summary>A call that says all in its body.</summary>
    public async Task<IResult> PostAsync(
        HttpContext context, Question question, ReadDraft read, bool bodyMayBeLeftOut = false)
    {
        var (body, error) = bodyMayBeLeftOut
            ? await JsonBody.ReadOptionalAsync(context)
            : await JsonBody.ReadAsync(context);
        if (body is null) return Mistaken(context, question, error!);
        var principal = context.Principal();
        var fields = new Fields(body.Root);
        var agentId = Actors.ReadAgentId(principal, fields);
        var draft = read(fields, time.GetUtcNow());
        var key = IdempotencyKeys.Read(context.Request, fields);
        if (StartAt.Refusal(fields) is { } mistake) return Mistaken(context, question, mistake);

        var stamp = IdempotencyKeys.Stamp(context.Request, principal, key, body);
        if (context.Visit().Refusal is { } limit) return await RefuseAsync(context, question, limit, stamp);
        var (actor, refused) = await actors.ResolveAsync(principal, agentId, context.RequestAborted);
        if (actor is null) return await RefuseAsync(context, question, refused!, stamp);
        context.Visit().Note.Agent = actor.Agent;
        if (draft(actor) is not StartRun { Wait: not null } start)
            return await AskAsync(context, question, draft(actor), stamp);
        return context.Features.Get<AnsweredAtOnce>() is not null
            ? await AskAsync(context, question, start with { Wait = null }, stamp)
            : await WaitAsync(context, question, start, stamp, () => AgainAsync(context, agentId, draft));
    }

    /// <summary>A call on the claim that the path names.</summary>
    public Task<IResult> PostOnClaimAsync(
        HttpContext context, Question question, Func<Fields, ClaimId, Draft> read) =>
        TryReadClaimId(context, out var claimId)
            ? PostAsync(context, question, (fields, _) => read(fields, claimId))
            : Task.FromResult(Answered(context.Visit().Refusal ?? (Outcome)NoSuchClaim, question));

    /// <summary>Ends the claim that the path names; there is no body, and no key to make a repeat of it.</summary>
    public async Task<IResult> DeleteClaimAsync(HttpContext context)
    {
        if (!TryReadClaimId(context, out var claimId)) return Answered(NoSuchClaim, Question.Release);
        var token = ClaimQueries.ReadFencingToken(context.Request.Query, out var mistake);
        if (mistake is not null) return mistake;
        var (caller, refused) = Actors.Releaser(context.Principal());
        return caller is null
            ? Answered(refused!, Question.Release)
            : await AskAsync(context, Question.Release, new ReleaseClaim(caller, claimId, token), stamp: null);
    }

    internal static Outcome.NotFound NoSuchClaim { get; } = new("claim");

    internal static bool TryReadClaimId(HttpContext context, out ClaimId claimId) =>
        ClaimId.TryParse(context.Request.RouteValues["claim_id"] as string, out claimId);

    /// <summary>
    /// What cannot be understood was never answered for good, so it is no repeat: the limit is told first.
    /// </summary>
    private IResult Mistaken(HttpContext context, Question question, ApiError mistake) =>
        context.Visit().Refusal is { } limit ? Answered(limit, question) : mistake;

    /// <summary>
    /// A refusal under a key is recorded, so that a repeat is told the same even where it would be let in by now.
    /// </summary>
    private Task<IResult> RefuseAsync(
        HttpContext context, Question question, Outcome refusal, IdempotencyStamp? stamp) =>
        stamp is null
            ? Task.FromResult(Answered(refusal, question))
            : AskAsync(
                context, question,
                new RecordRefusal(stamp.OrgId, refusal, IdempotencyKeys.SlotOf(stamp).Value), stamp);

    /// <summary>Has a command decided, and answers with what has come of it.</summary>
    public async Task<IResult> AskAsync(
        HttpContext context, Question question, Command command, IdempotencyStamp? stamp)
    {
        var note = context.Visit().Note;
        note.Asks(command);
        var envelope = new CommandEnvelope(command, context.Visit().Deadline, context.RequestId(), stamp);
        return Told(context, question, await lanes.AskAsync(envelope, context.RequestAborted));
    }

    private async Task<IResult> WaitAsync(
        HttpContext context, Question question, StartRun start, IdempotencyStamp? stamp, ReadAgain again)
    {
        context.Visit().Note.Asks(start);
        var envelope = new CommandEnvelope(start, context.Visit().Deadline, context.RequestId(), stamp);
        var (reply, refusal) = await waiting.AskAsync(envelope, again, context.RequestAborted);
        return refusal ?? Told(context, question, reply);
    }

    /// <summary>
    /// The start anew, from what is known of its caller by now: a key may have been revoked while it waited, and the
    /// settings and the plan of its workspace changed.
    /// </summary>
    private async ValueTask<(StartRun? Start, IResult? Refusal)> AgainAsync(
        HttpContext context, Guid? agentId, Draft draft)
    {
        var principal = Credential.TryRead(context.Request, out var credential)
            ? (await directory.AuthenticateAsync(credential, CancellationToken.None)).Value
            : null;
        if (principal is null) return (null, ApiError.Unauthorized());
        var (actor, refused) = await actors.ResolveAsync(principal, agentId, CancellationToken.None);
        return actor is null ? (null, Answered(refused!, Question.Start)) : ((StartRun)draft(actor), null);
    }

    private IResult Told(HttpContext context, Question question, Reply? reply)
    {
        if (reply is not Reply.Answered answered) return ApiError.ArbiterUnavailable();
        context.Visit().Note.Hears(answered.Outcome);
        var answer = Answered(answered.Outcome, question);
        return answered.Replayed ? Replayed(context.Response, answered, answer) : answer;
    }

    public IResult Answered(Outcome outcome, Question question) =>
        OutcomeAnswers.Of(outcome, question, time.GetUtcNow());

    /// <summary>A repeat says so, and what has become of the claim or hold; its body is the first one's, to the byte.</summary>
    private static IResult Replayed(HttpResponse response, Reply.Answered answered, IResult answer)
    {
        response.Headers[ReplayedHeader] = "true";
        if (answered.ClaimStatus is { } status)
            response.Headers[ClaimStatusHeader] = status.ToString().ToLowerInvariant();
        if (answered.HoldStatus is { } hold)
            response.Headers[HoldStatusHeader] = hold.ToString().ToLowerInvariant();
        return answer is ApiError error ? error with { RequestId = answered.RequestId } : answer;
    }
}
