using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Edge.Lanes;
using Availsync.Edge.Work;
using Availsync.Http;
using Directory = Availsync.Edge.Access.Directory;

namespace Availsync.Edge.SetupTest;

/// <summary>
/// Lets a person try out that an agent's runs would work: on the way of real calls, but for the key, which nobody has
/// any more, and outside the plan's counts.
/// </summary>
internal sealed class SetupTests(Directory directory, LaneMap lanes, TimeProvider time)
{
    private const string Project = "project:availsync-setup-test/";

    public async Task<IResult> TestAsync(HttpContext context)
    {
        if (context.Principal() is not PersonPrincipal person)
            return ApiError.Forbidden("This needs a person's session; an agent's key does not do.");
        if (PathId(context, "org_id") != person.Workspace.Id) return ApiError.NotFound();
        if (person.Role == Role.Viewer) return Told(Actors.ViewersOnlyRead);
        if (await MistakeAsync(context) is { } mistake) return mistake;
        if (PathId(context, "agent_id") is not { } agentId) return Told(new Outcome.NotFound("agent"));
        var question = new FindAgent(person.Workspace.Id, agentId, IncludeDisabled: true);
        var agent = await directory.FindAgentAsync(question, context.RequestAborted);
        if (agent is null) return Told(new Outcome.NotFound("agent"));

        var steps = agent.Disabled
            ? Rehearsal.Impossible("The agent is disabled.")
            : await RehearseAsync(context, person, agent);
        return new Answer(new SetupTestBody(steps.All(step => step.Status == StepStatus.Pass), steps));
    }

    private Task<IReadOnlyList<SetupStep>> RehearseAsync(
        HttpContext context, PersonPrincipal person, AgentProfile agent)
    {
        // An agent that only observes gets no claim; whether it could have one is what the person wants to know.
        var actor = Actors.Of(person.Workspace, agent, person.PersonId) with { Mode = ArbitrationMode.Enforce };
        var rehearsal = new Rehearsal(
            actor, Project + Guid.CreateVersion7(time.GetUtcNow()), context.RequestId(), context.Visit().Deadline,
            lanes, time);
        return rehearsal.RunAsync(context.RequestAborted);
    }

    /// <summary>
    /// There is nothing to say in a body, so none is looked into. An idempotency key has to be a valid one but is not
    /// kept: each call is a test of its own, and an old result would be no answer to whether runs work now.
    /// </summary>
    private static async Task<ApiError?> MistakeAsync(HttpContext context)
    {
        var (_, error) = await LimitedBody.ReadAsync(context);
        if (error is not null) return error;
        var fields = new Fields(default);
        IdempotencyKeys.Read(context.Request, fields);
        return fields.Refusal;
    }

    private IResult Told(Outcome refusal) => OutcomeAnswers.Of(refusal, Question.Start, time.GetUtcNow());

    private static Guid? PathId(HttpContext context, string name) =>
        Guid.TryParseExact(context.Request.RouteValues[name] as string, "D", out var id) ? id : null;
}
