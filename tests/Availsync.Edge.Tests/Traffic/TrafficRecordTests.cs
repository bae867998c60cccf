using System.Net;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Edge.Tests.Worlds;

namespace Availsync.Edge.Tests.Traffic;

public sealed class TrafficRecordTests : IAsyncLifetime
{
    private const string Start = "/v1/work/run/start";
    private static readonly string ClaimPath = $"/v1/work/claims/{Some.Id(30)}";
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EdgeWorld.StartAsync();
        Answer(new Outcome.Granted(Some.Claim()));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_call_is_recorded_with_what_it_was_and_how_it_went()
    {
        _world.Requests.OnCommand(c =>
        {
            _world.Time.Advance(TimeSpan.FromMilliseconds(12));
            return new Reply.Answered(new Outcome.Granted(Some.Claim()), c.RequestId, false, null);
        });
        await _world.PostAsync(
            Start + "?secret=1", """{"resource":"repo:owner/repo"}""", r => r.Headers.Add("X-Request-Id", "call-1"));
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(7, record.Id.Version);
        Assert.Equal(
            new TrafficRecord(
                record.Id, Some.Now.AddMilliseconds(12), Some.OrgId, Some.Agent.Id, Some.Agent.Name, null, "run.start",
                "POST /v1/work/run/start", TrafficStatus.Ok, 200, 12, null, Some.Id(30), "repo:Owner/Repo", "call-1"),
            record);
    }

    [Theory]
    [InlineData("POST", "/v1/work/run/start", "run.start")]
    [InlineData("POST", "/v1/work/run/working-set", "run.working_set")]
    [InlineData("POST", "/v1/work/run/extend", "run.extend")]
    [InlineData("POST", "/v1/work/run/finish", "run.finish")]
    [InlineData("POST", "/v1/work/check", "work.check")]
    [InlineData("POST", "/v1/work/claim", "work.claim")]
    [InlineData("POST", "/v1/work/claims/{claim_id}/extend", "claim.extend")]
    [InlineData("DELETE", "/v1/work/claims/{claim_id}", "claim.release")]
    [InlineData("GET", "/v1/work/claims/{claim_id}", "claim.get")]
    [InlineData("GET", "/v1/work/claims", "claim.list")]
    [InlineData("GET", "/v1/work/resources", "resource.list")]
    [InlineData("GET", "/v1/work/events", "event.stream")]
    [InlineData("POST", "/v1/activity/usage", "usage.report")]
    [InlineData("POST", "/v1/mcp/heartbeat", "heartbeat")]
    [InlineData("GET", "/v1/me", "me")]
    [InlineData("GET", "/v1/activity", "other")]
    [InlineData("PUT", "/v1/billing/plan", "other")]
    [InlineData("POST", "/v1/orgs/{org_id}/agents/{agent_id}/test-connection", "other")]
    [InlineData("POST", "/v1/orgs/{org_id}/agents/{agent_id}/setup-test", "other")]
    public async Task A_call_is_named_by_its_route_and_never_by_its_path(string method, string route, string type)
    {
        var path = route.Replace("{claim_id}", "secret-1", StringComparison.Ordinal)
            .Replace("{org_id}", "secret-2", StringComparison.Ordinal)
            .Replace("{agent_id}", "secret-3", StringComparison.Ordinal);
        await _world.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{\"metadata\":\"secret-4\"}");
        var record = await _world.Publisher.NextAsync();
        Assert.Equal((type, $"{method} {route}"), (record.Type, record.Endpoint));
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(record), StringComparison.Ordinal);
    }

    public static TheoryData<string, TrafficStatus, int, string?> Fates => new()
    {
        { nameof(Outcome.Skipped), TrafficStatus.Blocked, 200, null },
        { nameof(Outcome.WorkingSetBlocked), TrafficStatus.Blocked, 409, "blocked" },
        { nameof(Outcome.WorkingSetDeclared), TrafficStatus.Blocked, 200, null },
        { nameof(Outcome.Extended), TrafficStatus.Blocked, 200, null },
        { nameof(Outcome.PlanLimitReached), TrafficStatus.Limited, 402, "plan_limit_reached" },
        { nameof(Outcome.NotFound), TrafficStatus.Rejected, 404, "not_found" },
        { nameof(Outcome.ClaimNotActive), TrafficStatus.Rejected, 409, "claim_not_active" },
        { nameof(Outcome.Observed), TrafficStatus.Ok, 200, null },
        { nameof(Outcome.Checked), TrafficStatus.Ok, 200, null },
        { nameof(Outcome.AlreadyEnded), TrafficStatus.Ok, 200, null },
    };

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task An_outcome_is_one_word(string outcome, TrafficStatus status, int httpStatus, string? error)
    {
        Answer(OutcomeOf(outcome));
        await _world.PostAsync(Start, """{"resource":"repo:a/b"}""");
        var record = await _world.Publisher.NextAsync();
        Assert.Equal((status, httpStatus, error), (record.Status, record.HttpStatus, record.Error));
    }

    [Fact]
    public async Task The_legacy_route_s_refusal_is_a_block_too()
    {
        Answer(OutcomeOf(nameof(Outcome.Skipped)));
        await _world.PostAsync("/v1/work/claim", """{"resource":"repo:a/b"}""");
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            (TrafficStatus.Blocked, 409, "resource_claimed"), (record.Status, record.HttpStatus, record.Error));
    }

    [Fact]
    public async Task A_mistake_a_silent_arbiter_and_a_fault_are_told_apart()
    {
        await _world.PostAsync(Start, "{");
        _world.Requests.On<Decide>(_ => throw new TimeoutException());
        await _world.PostAsync(Start, """{"resource":"repo:a/b"}""");
        Answer(new Outcome.NothingDue(null));
        await _world.PostAsync(Start, """{"resource":"repo:a/b"}""");
        var records = new[]
        {
            await _world.Publisher.NextAsync(), await _world.Publisher.NextAsync(), await _world.Publisher.NextAsync(),
        };
        Assert.Equal(
            [
                (TrafficStatus.Rejected, 400, "invalid_json"),
                (TrafficStatus.Failed, 503, "arbiter_unavailable"),
                (TrafficStatus.Failed, 500, "internal_error"),
            ],
            records.Select(r => (r.Status, r.HttpStatus, r.Error)));
    }

    [Fact]
    public async Task Calls_beyond_the_plan_and_beyond_the_rate_are_recorded()
    {
        await using var world = await EdgeWorld.StartAsync(("RateLimits:PerKeyPerSecond", "1"));
        world.Lender.Max = 0;
        world.Knows(world.ApiKeyText, Some.Key(Some.Bounded(0)));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.GetAsync("/v1/work/claims")));
        await world.StopAsync();
        var records = world.Publisher.Rest().ToList();
        Assert.Equal(50, records.Count);
        Assert.All(records, r => Assert.Equal(TrafficStatus.Limited, r.Status));
        Assert.Equal(
            [(402, "plan_limit_reached"), (429, "rate_limited")],
            records.Select(r => (r.HttpStatus, r.Error!)).Distinct().Order());
    }

    [Fact]
    public async Task A_client_that_hangs_up_has_failed()
    {
        var asked = new TaskCompletionSource();
        _world.Requests.OnAsync<Decide>(async (_, token) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _world.Time, token);
            throw new OperationCanceledException(token);
        });
        using var hangUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, Start);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_world.ApiKeyText}");
        request.Content = new StringContent(
            """{"resource":"repo:a/b"}""", System.Text.Encoding.UTF8, "application/json");
        var call = _world.Client.SendAsync(request, hangUp.Token);
        await asked.Task;
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal((TrafficStatus.Failed, 499, null), (record.Status, record.HttpStatus, record.Error));
        Assert.Equal("repo:a/b", record.Resource);
    }

    [Fact]
    public async Task A_person_s_work_is_recorded_with_the_agent_it_names()
    {
        await _world.PostAsync(
            Start, $$"""{"resource":"repo:a/b","agent_id":"{{Some.OtherAgent.Id}}"}""", EdgeWorld.AsPerson);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal(
            (Some.PersonId, Some.OtherAgent.Id, "other"), (record.PersonId, record.AgentId!.Value, record.AgentName));
    }

    [Fact]
    public async Task A_person_that_reads_or_ends_a_claim_names_no_agent()
    {
        Answer(new Outcome.Ended(Some.Claim(ClaimStatus.Revoked)));
        await _world.SendAsync(HttpMethod.Delete, ClaimPath, null, EdgeWorld.AsPerson);
        var record = await _world.Publisher.NextAsync();
        Assert.Equal((Some.PersonId, null, null), (record.PersonId, record.AgentId, record.AgentName));
        Assert.Equal((Some.Id(30), "repo:Owner/Repo"), (record.ClaimId!.Value, record.Resource));
    }

    [Fact]
    public async Task Strangers_and_what_people_do_elsewhere_are_not_recorded()
    {
        await _world.GetAsync("/v1/work/claims", r => r.Headers.Remove("Authorization"));
        await _world.GetAsync("/v1/me", EdgeWorld.AsPerson);
        await _world.PostAsync($"/v1/orgs/{Some.OrgId}/agents/{Some.Agent.Id}/setup-test", "{}", EdgeWorld.AsPerson);
        await _world.PostAsync("/v1/auth/login", "{}", r => r.Headers.Remove("Authorization"));
        await _world.GetAsync("/v1/nothing");
        await _world.StopAsync();
        Assert.Empty(_world.Publisher.Rest());
    }

    [Fact]
    public async Task A_claim_that_is_asked_for_is_named_where_there_is_one()
    {
        _world.Requests.On<GetClaim>(_ => new ClaimFound(null));
        await _world.GetAsync(ClaimPath);
        var missing = await _world.Publisher.NextAsync();
        _world.Requests.On<GetClaim>(_ => new ClaimFound(Some.Claim()));
        await _world.GetAsync(ClaimPath);
        var found = await _world.Publisher.NextAsync();
        Assert.Equal((null, null), (missing.ClaimId, missing.Resource));
        Assert.Equal((Some.Id(30), "repo:Owner/Repo"), (found.ClaimId!.Value, found.Resource));
    }

    private void Answer(Outcome outcome) =>
        _world.Requests.OnCommand(c => new Reply.Answered(outcome, c.RequestId, false, null));

    private static Outcome OutcomeOf(string name)
    {
        var claimId = new ClaimId(Some.Id(30));
        var partly = new WorkingSetAnswer(claimId, null, null, [], [Some.Conflict()], []);
        return name switch
        {
            nameof(Outcome.Skipped) => new Outcome.Skipped(Some.Blocking(), Some.Now.AddMinutes(1)),
            nameof(Outcome.WorkingSetBlocked) =>
                new Outcome.WorkingSetBlocked(claimId, [Some.Conflict()], Some.Now.AddMinutes(1)),
            nameof(Outcome.WorkingSetDeclared) => new Outcome.WorkingSetDeclared(partly),
            nameof(Outcome.Extended) => new Outcome.Extended(Some.Claim(), partly),
            nameof(Outcome.PlanLimitReached) =>
                new Outcome.PlanLimitReached(PlanLimit.ActiveClaims, 5, 5, Some.Bounded(1)),
            nameof(Outcome.NotFound) => new Outcome.NotFound("claim"),
            nameof(Outcome.ClaimNotActive) => new Outcome.ClaimNotActive(claimId, ClaimStatus.Expired, null),
            nameof(Outcome.Observed) => new Outcome.Observed(Some.Blocking(), Some.Now.AddMinutes(1)),
            nameof(Outcome.Checked) =>
                new Outcome.Checked(ArbitrationMode.Enforce, Some.Blocking(), Some.Now.AddMinutes(1)),
            nameof(Outcome.AlreadyEnded) => new Outcome.AlreadyEnded(Some.Claim(ClaimStatus.Released)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such outcome."),
        };
    }
}
