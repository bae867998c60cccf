using System.Net;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Work;

public sealed class ActorTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        _world.Requests.OnCommand(c => new Reply.Answered(new Outcome.Granted(Some.Claim()), c.RequestId, false, null));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_key_acts_for_its_agent_named_or_not()
    {
        await _world.PostAsync(Start, Body(null));
        await _world.PostAsync(Start, Body(Some.Agent.Id));
        var callers = _world.Requests.Commands.Select(c => ((StartRun)c.Command).Caller);
        Assert.All(callers, c => Assert.Equal(new Caller(Some.OrgId, Some.Agent.Id, Some.Agent.Name, null), c));
    }

    [Fact]
    public async Task A_key_acts_for_no_other_agent()
    {
        var response = await _world.PostAsync(Start, Body(Some.OtherAgent.Id));
        Assert.Equal((HttpStatusCode.Forbidden, "agent_mismatch"), (response.Status, response.Error));
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_person_names_an_agent_and_acts_as_it_would()
    {
        await _world.PostAsync(Start, Body(Some.OtherAgent.Id), EdgeWorld.AsPerson);
        var start = Assert.IsType<StartRun>(_world.Requests.Commands.Single().Command);
        Assert.Equal(new Caller(Some.OrgId, Some.OtherAgent.Id, "other", Some.PersonId), start.Caller);
        Assert.Equal((300, ArbitrationMode.Observe), (start.Priority, start.Mode));
    }

    [Fact]
    public async Task A_person_has_to_name_an_agent()
    {
        var response = await _world.PostAsync(Start, Body(null), EdgeWorld.AsPerson);
        Assert.Equal(["agent_id"], response.WrongFields);
    }

    [Fact]
    public async Task An_agent_of_another_workspace_does_not_exist()
    {
        var response = await _world.PostAsync(Start, Body(Some.Id(99)), EdgeWorld.AsPerson);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (response.Status, response.Error));
    }

    [Fact]
    public async Task A_viewer_changes_nothing()
    {
        _world.Knows(EdgeWorld.SessionToken, Some.Person(Role.Viewer));
        var start = await _world.PostAsync(Start, Body(Some.Agent.Id), EdgeWorld.AsPerson);
        var delete = await _world.SendAsync(
            HttpMethod.Delete, $"/v1/work/claims/{Some.Id(30)}", null, EdgeWorld.AsPerson);
        Assert.Equal(("forbidden", "forbidden"), (start.Error, delete.Error));
        Assert.Empty(_world.Requests.Commands);
    }

    [Fact]
    public async Task A_person_ends_a_claim_in_its_own_name()
    {
        await _world.SendAsync(
            HttpMethod.Delete, $"/v1/work/claims/{Some.Id(30)}?fencing_token=41", null, EdgeWorld.AsPerson);
        var release = Assert.IsType<ReleaseClaim>(_world.Requests.Commands.Single().Command);
        Assert.Equal((Guid.Empty, Some.PersonId), (release.Caller.AgentId, release.Caller.PersonId!.Value));
        Assert.Equal(new FencingToken(41), release.ExpectedToken);
    }

    [Fact]
    public async Task A_key_lists_its_own_claims_and_a_person_all()
    {
        _world.Requests.On<ListClaims>(_ => new ClaimPage([Some.Claim()], 7));
        var mine = await _world.GetAsync("/v1/work/claims?limit=500&offset=3&status=active&resource=repo:owner/repo");
        await _world.GetAsync("/v1/work/claims", EdgeWorld.AsPerson);
        Assert.Equal(
            [
                new ListClaims(Some.OrgId, Some.Agent.Id, ClaimStatus.Active, Some.Resource(), 200, 3),
                new ListClaims(Some.OrgId, null, null, null, 100, 0),
            ],
            _world.Requests.Asked.OfType<ListClaims>());
        Assert.Equal(
            """{"limit":200,"offset":3,"total":7,"has_more":false}""",
            mine.Json.GetProperty("pagination").GetRawText());
        Assert.Equal(1, mine.Json.GetProperty("claims").GetArrayLength());
    }

    [Fact]
    public async Task One_claim_is_read_by_its_id_and_none_of_another_workspace()
    {
        _world.Requests.On<GetClaim>(q => new ClaimFound(q.ClaimId.Value == Some.Id(30) ? Some.Claim() : null));
        var found = await _world.GetAsync($"/v1/work/claims/{Some.Id(30)}");
        var missing = await _world.GetAsync($"/v1/work/claims/{Some.Id(31)}");
        Assert.Equal(Some.Id(30), found.Json.GetProperty("claim").GetProperty("id").GetGuid());
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (missing.Status, missing.Error));
        Assert.All(_world.Requests.Asked.OfType<GetClaim>(), q => Assert.Equal(Some.OrgId, q.OrgId));
    }

    [Fact]
    public async Task Protected_resources_are_listed()
    {
        _world.Requests.On<ListResources>(_ => new ResourcePage(
            [new ProtectedResource(Some.Resource(), Some.Now, Some.Now.AddHours(1), 1)], 1));
        var response = await _world.GetAsync("/v1/work/resources");
        Assert.Equal(
            """{"resources":[{"resource_type":"repo","resource_key":"Owner/Repo","resource":"repo:Owner/Repo","active_claims":1,"protected_at":"2026-05-22T10:30:00.000Z","last_claimed_at":"2026-05-22T11:30:00.000Z"}],"pagination":{"limit":100,"offset":0,"total":1,"has_more":false}}""",
            response.Text);
    }

    private static string Body(Guid? agentId) => agentId is null
        ? """{"resource":"repo:owner/repo"}"""
        : $$"""{"resource":"repo:owner/repo","agent_id":"{{agentId}}"}""";
}
