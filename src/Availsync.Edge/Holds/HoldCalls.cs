using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Edge.Work;

namespace Availsync.Edge.Holds;

/// <summary>The calls about holds: changes take the way of every change, reads that of every read.</summary>
internal sealed class HoldCalls(WorkCalls calls, ClaimReads reads)
{
    private static readonly Outcome.NotFound NoSuchHold = new("hold");

    public Task<IResult> CheckAsync(HttpContext context) =>
        calls.PostAsync(context, Question.Hold, HoldFields.Check);

    public Task<IResult> PreviewAsync(HttpContext context) =>
        calls.PostAsync(context, Question.Hold, (fields, _) => HoldFields.Place(fields, isPreview: true));

    public Task<IResult> PlaceAsync(HttpContext context) =>
        calls.PostAsync(context, Question.Hold, (fields, _) => HoldFields.Place(fields, isPreview: false));

    /// <summary>A key says all by itself, so there need not be a body.</summary>
    public Task<IResult> ConfirmAsync(HttpContext context) => TryReadHoldId(context, out var holdId)
        ? calls.PostAsync(
            context, Question.Hold, (_, _) => actor => new ConfirmHold(actor.Caller, holdId), bodyMayBeLeftOut: true)
        : Task.FromResult(calls.Answered(context.Visit().Refusal ?? (Outcome)NoSuchHold, Question.Hold));

    public async Task<IResult> ReleaseAsync(HttpContext context)
    {
        if (!TryReadHoldId(context, out var holdId)) return calls.Answered(NoSuchHold, Question.Hold);
        var (caller, refused) = Actors.Releaser(context.Principal());
        return caller is null
            ? calls.Answered(refused!, Question.Hold)
            : await calls.AskAsync(context, Question.Hold, new ReleaseHold(caller, holdId), stamp: null);
    }

    public async Task<IResult> GetAsync(HttpContext context)
    {
        if (!TryReadHoldId(context, out var holdId)) return calls.Answered(NoSuchHold, Question.Hold);
        var principal = context.Principal();
        var question = new GetHold(principal.Workspace.Id, HoldFilters.OwnOnly(principal), holdId);
        var found = await reads.AskAsync<GetHold, HoldFound>(context, HoldQueues.Hold, question);
        if (found.Hold is not { } hold) return calls.Answered(NoSuchHold, Question.Hold);
        context.Visit().Note.Hold(hold);
        return new Answer(new HoldBody(HoldView.Of(hold)));
    }

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var question = HoldFilters.Read(context.Principal(), context.Request.Query, out var page, out var mistake);
        if (question is null) return mistake!;
        var found = await reads.AskAsync<ListHolds, HoldPage>(context, HoldQueues.Holds, question);
        return new Answer(new HoldPageBody(HoldView.Of(found.Holds), page.Of(found.Total)));
    }

    private static bool TryReadHoldId(HttpContext context, out HoldId holdId) =>
        HoldId.TryParse(context.Request.RouteValues["hold_id"] as string, out holdId);
}
