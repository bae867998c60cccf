using System.Globalization;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Edge.Lanes;
using Availsync.Edge.Work;
using Availsync.Http;

namespace Availsync.Edge.SetupTest;

/// <summary>
/// One run of a test: start, check, working set, extend and finish on a project that nobody else has. Each step's body
/// is read and decided as a client's would be.
/// </summary>
/// <param name="resource">A project of this test alone.</param>
/// <param name="deadline">When the whole of it is to be over; a part of the time is kept for the finish.</param>
internal sealed class Rehearsal(
    Actor actor, string resource, string requestId, DateTimeOffset deadline, LaneMap lanes, TimeProvider time)
{
    /// <summary>Should the finish fail too, the claim is soon over by itself.</summary>
    private const int DurationSeconds = 60;

    /// <summary>Kept for the finish, as a part of what is left.</summary>
    private const int FinishShare = 4;

    private const string NoArbiter = "No arbiter has answered in time.";

    private readonly DateTimeOffset _deadlineBeforeFinish =
        deadline - (deadline - time.GetUtcNow()) / FinishShare;

    private readonly List<SetupStep> _steps = [];
    private Guid? _claimId;

    /// <summary>Goes through the steps, as far as they get.</summary>
    public async Task<IReadOnlyList<SetupStep>> RunAsync(CancellationToken cancellationToken)
    {
        await StepAsync("start", Question.Start, Drafts.Start, Judge.Start, cancellationToken);
        await StepAsync("check", Question.Check, Drafts.Check, Judge.Check, cancellationToken);
        await StepAsync("working-set", Question.WorkingSet, Drafts.WorkingSet, Judge.WorkingSet, cancellationToken);
        await StepAsync("extend", Question.Extend, Drafts.Extend, Judge.Extend, cancellationToken);

        // A claim is there to be ended whatever has become of the steps, and of the person who waits for them.
        await StepAsync("finish", Question.Finish, Drafts.Finish, Judge.Finish, CancellationToken.None);
        return _steps;
    }

    /// <summary>All steps of a test that cannot begin.</summary>
    public static IReadOnlyList<SetupStep> Impossible(string why) =>
    [
        new("start", StepStatus.Fail, 0, why), Skipped("check"), Skipped("working-set"), Skipped("extend"),
        Skipped("finish"),
    ];

    private static SetupStep Skipped(string name) =>
        new(name, StepStatus.Skipped, 0, "Not tried, since a step before it has failed.");

    private async Task StepAsync(
        string name, Question question, ReadDraft read, Func<Outcome, Guid?, string?> judge,
        CancellationToken cancellationToken)
    {
        var isFinish = question == Question.Finish;
        var mayTry = isFinish ? _claimId is not null : _steps.TrueForAll(step => step.Status == StepStatus.Pass);
        if (_steps.Count > 0 && !mayTry)
        {
            _steps.Add(Skipped(name));
            return;
        }

        var begun = time.GetTimestamp();
        var reply = await AskAsync(question, read, isFinish ? deadline : _deadlineBeforeFinish, cancellationToken);
        var latency = (int)time.GetElapsedTime(begun).TotalMilliseconds;
        if (reply is Reply.Answered { Outcome: Outcome.Granted granted }) _claimId = granted.Claim.Id.Value;
        var (detail, isPassed) = reply is Reply.Answered { Outcome: var outcome }
            ? judge(outcome, _claimId) is { } good ? (good, true) : (Judge.WhyNot(outcome, question), false)
            : (NoArbiter, false);
        _steps.Add(new SetupStep(name, isPassed ? StepStatus.Pass : StepStatus.Fail, latency, detail));
    }

    private async Task<Reply?> AskAsync(
        Question question, ReadDraft read, DateTimeOffset until, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(BodyOf(question));
        var fields = new Fields(body.RootElement);
        var draft = read(fields, time.GetUtcNow());
        if (fields.Errors is [var wrong, ..])
            throw new InvalidOperationException($"The test's own body is refused: {wrong.Field} {wrong.Message}");
        var command = draft(actor) is StartRun start ? start with { IsRehearsal = true } : draft(actor);
        return await lanes.AskAsync(new CommandEnvelope(command, until, requestId, null), cancellationToken);
    }

    private string BodyOf(Question question) => question switch
    {
        Question.Start or Question.Check => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"resource":"{{resource}}","duration_seconds":{{DurationSeconds}},"reason":"setup test"}"""),
        Question.WorkingSet => $$"""{"claim_id":"{{_claimId}}","mode":"edit","paths":["setup-test/"]}""",
        Question.Extend => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"claim_id":"{{_claimId}}","duration_seconds":{{DurationSeconds}}}"""),
        _ => $$"""{"claim_id":"{{_claimId}}","outcome":"succeeded"}""",
    };
}
