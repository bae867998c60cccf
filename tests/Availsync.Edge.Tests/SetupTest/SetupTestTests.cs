using System.Net;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Access;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Edge.Tests.SetupTest;

public sealed class SetupTestTests : IAsyncLifetime
{
    private static readonly string[] Names = ["start", "check", "working-set", "extend", "finish"];
    private readonly Dictionary<Type, Func<Outcome>> _changed = [];
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.OnCommand(Decide);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_rehearsal_goes_through_a_run_from_start_to_finish()
    {
        var response = await TestAsync();
        Assert.Equal(HttpStatusCode.OK, response.Status);
        Assert.True(response.Json.GetProperty("passed").GetBoolean());
        Assert.Equal(Names.Select(name => (name, "pass", 7)), Steps(response));
        var commands = _world.Requests.Commands.Select(c => c.Command).ToList();
        Assert.Equal(
            [typeof(StartRun), typeof(CheckRun), typeof(DeclareWorkingSet), typeof(ExtendClaim), typeof(FinishRun)],
            commands.Select(c => c.GetType()));
        var start = (StartRun)commands[0];
        Assert.True(start.IsRehearsal);
        Assert.Equal(new Caller(Some.OrgId, Some.Agent.Id, Some.Agent.Name, Some.PersonId), start.Caller);
        Assert.Matches("^project:availsync-setup-test/[0-9a-f-]{36}$", start.Resource.ToString());
        Assert.All(_world.Requests.Commands, c => Assert.Null(c.Idempotency));
    }

    [Fact]
    public async Task Every_test_has_a_project_of_its_own()
    {
        await TestAsync();
        await TestAsync(change: EdgeWorld.WithKey("k"));
        await TestAsync(change: EdgeWorld.WithKey("k"));
        var resources = _world.Requests.Commands.Select(c => c.Command).OfType<StartRun>().Select(s => s.Resource);
        Assert.Equal(3, resources.Distinct().Count());
    }

    [Fact]
    public async Task An_agent_that_only_observes_is_tried_out_in_earnest()
    {
        await TestAsync(Some.OtherAgent.Id);
        Assert.Equal(
            ArbitrationMode.Enforce, _world.Requests.Commands.Select(c => c.Command).OfType<StartRun>().Single().Mode);
    }

    [Fact]
    public async Task After_a_step_that_fails_only_the_claim_is_ended()
    {
        _changed[typeof(DeclareWorkingSet)] = () => new Outcome.NotClaimOwner();
        var response = await TestAsync();
        Assert.False(response.Json.GetProperty("passed").GetBoolean());
        Assert.Equal(["pass", "pass", "fail", "skipped", "pass"], Steps(response).Select(s => s.Status));
        Assert.Equal("The claim belongs to another agent.", Detail(response, 2));
    }

    [Fact]
    public async Task Without_a_claim_there_is_nothing_to_finish()
    {
        _changed[typeof(StartRun)] = () => new Outcome.Skipped(Some.Blocking(), Some.Now);
        var response = await TestAsync();
        Assert.Equal(["fail", "skipped", "skipped", "skipped", "skipped"], Steps(response).Select(s => s.Status));
        Assert.Equal("Another claim holds the resource.", Detail(response, 0));
        Assert.Single(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_check_that_does_not_see_the_claim_fails()
    {
        _changed[typeof(CheckRun)] = () => new Outcome.Checked(ArbitrationMode.Enforce, null, null);
        Assert.Equal(
            ["pass", "fail", "skipped", "skipped", "pass"], Steps(await TestAsync()).Select(s => s.Status));
    }

    [Fact]
    public async Task An_arbiter_that_is_silent_fails_the_step()
    {
        _world.Requests.On<Decide>(_ => throw new TimeoutException());
        var response = await TestAsync();
        Assert.Equal("fail", Steps(response).First().Status);
        Assert.Equal("No arbiter has answered in time.", Detail(response, 0));
    }

    [Fact]
    public async Task A_disabled_agent_fails_at_the_start_and_is_told_so()
    {
        _world.Requests.On<FindAgent>(q => new AgentFound(
            q.IncludeDisabled ? Some.Agent with { Disabled = true } : null));
        var response = await TestAsync();
        Assert.Equal(["fail", "skipped", "skipped", "skipped", "skipped"], Steps(response).Select(s => s.Status));
        Assert.Equal("The agent is disabled.", Detail(response, 0));
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task An_agent_that_was_disabled_is_known_to_be_as_soon_as_it_is_heard()
    {
        await TestAsync();
        _world.Requests.On<FindAgent>(_ => new AgentFound(Some.Agent with { Disabled = true }));
        await ActivatorUtilities.CreateInstance<PrincipalChanges>(_world.Services)
            .HandleAsync(new PrincipalChanged(Some.OrgId), CancellationToken.None);
        Assert.Equal("fail", Steps(await TestAsync()).First().Status);
    }

    [Fact]
    public async Task Only_people_of_the_workspace_that_may_change_something_try_it_out()
    {
        var key = await _world.PostAsync(PathOf(Some.OrgId, Some.Agent.Id), "{}");
        var elsewhere = await TestAsync(orgId: Some.Id(77));
        var unknown = await TestAsync(Some.Id(99));
        _world.Knows(EdgeWorld.SessionToken, Some.Person(Role.Viewer));
        await ActivatorUtilities.CreateInstance<PrincipalChanges>(_world.Services)
            .HandleAsync(new PrincipalChanged(Some.OrgId), CancellationToken.None);
        var viewer = await TestAsync();
        Assert.Equal(
            [(403, "forbidden"), (404, "not_found"), (404, "not_found"), (403, "forbidden")],
            new[] { key, elsewhere, unknown, viewer }.Select(r => ((int)r.Status, r.Error!)));
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_malformed_idempotency_key_is_a_mistake_here_too() =>
        Assert.Equal("validation_failed", (await TestAsync(change: EdgeWorld.WithKey("with space"))).Error);

    private Task<Response> TestAsync(
        Guid? agentId = null, Guid? orgId = null, Action<HttpRequestMessage>? change = null) =>
        _world.SendAsync(HttpMethod.Post, PathOf(orgId ?? Some.OrgId, agentId ?? Some.Agent.Id), null, request =>
        {
            EdgeWorld.AsPerson(request);
            change?.Invoke(request);
        });

    private static string PathOf(Guid orgId, Guid agentId) => $"/v1/orgs/{orgId}/agents/{agentId}/setup-test";

    /// <summary>An arbiter that grants and takes seven milliseconds.</summary>
    private Reply Decide(CommandEnvelope envelope)
    {
        _world.Time.Advance(TimeSpan.FromMilliseconds(7));
        if (_changed.TryGetValue(envelope.Command.GetType(), out var outcome)) return Answered(outcome());
        var claimId = new ClaimId(Some.Id(30));
        return Answered(envelope.Command switch
        {
            StartRun => new Outcome.Granted(Some.Claim()),
            CheckRun => new Outcome.Checked(
                ArbitrationMode.Enforce, Some.Blocking(ownedByYou: true) with { Id = claimId }, Some.Now),
            DeclareWorkingSet => new Outcome.WorkingSetDeclared(
                new WorkingSetAnswer(claimId, null, null, [], [], [])),
            ExtendClaim => new Outcome.Extended(Some.Claim(), null),
            _ => new Outcome.Ended(Some.Claim(ClaimStatus.Released)),
        });

        Reply Answered(Outcome of) => new Reply.Answered(of, envelope.RequestId, false, null);
    }

    private static IEnumerable<(string Name, string Status, int LatencyMs)> Steps(Response response) => response.Json
        .GetProperty("steps").EnumerateArray().Select(step => (
            step.GetProperty("name").GetString()!, step.GetProperty("status").GetString()!,
            step.GetProperty("latency_ms").GetInt32()));

    private static string Detail(Response response, int step) =>
        response.Json.GetProperty("steps")[step].GetProperty("detail").GetString()!;
}
