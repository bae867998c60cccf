namespace Availsync.Contract.Tests;

/// <summary><c>Idempotency-Key</c>: a repeat changes nothing and is told what the first was told.</summary>
public abstract class IdempotencyContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";

    [Fact]
    public async Task A_repeat_gets_the_first_answer_byte_for_byte()
    {
        var agent = await NewAgentAsync();
        var (client, body) = (agent.Client.WithIdempotencyKey(Unique.Name()), new { resource = NewRepo() });
        var first = (await client.PostAsync(Start, body)).Expect(200, "proceed");
        Assert.Null(first.Header("Idempotency-Replayed"));
        for (var i = 0; i < 3; i++) IsReplay(first, await client.PostAsync(Start, body), "active");
        Assert.Equal(1, (await agent.GetAsync("/v1/work/claims"))["pagination.total"].Number());
    }

    [Fact]
    public async Task A_repeat_says_what_the_claim_is_by_now()
    {
        var agent = await NewAgentAsync();
        var (client, body) = (agent.Client.WithIdempotencyKey(Unique.Name()), new { resource = NewRepo() });
        var first = (await client.PostAsync(Start, body)).Expect(200, "proceed");
        IsReplay(first, await client.PostAsync(Start, body), "active");
        (await agent.FinishAsync(Held.In(first["claim"]))).Expect(200, "finished");
        var late = await client.PostAsync(Start, body);
        IsReplay(first, late, "released");
        Assert.Equal("active", late["claim.status"].Text());
    }

    [Fact]
    public async Task A_skip_stays_a_skip_after_the_resource_is_free()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var first = (await client.PostAsync(Start, new { resource })).Expect(200, "skip_run");
        (await holder.FinishAsync(claim)).Expect(200);
        IsReplay(first, await client.PostAsync(Start, new { resource }), null);
        (await agent.StartAsync(resource)).Expect(200, "proceed");
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_422()
    {
        var agent = await NewAgentAsync();
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var resource = NewRepo();
        var first = (await client.PostAsync(Start, new { resource })).Expect(200, "proceed");
        (await client.PostAsync(Start, new { resource, reason = "another" }))
            .ExpectError(422, "idempotency_key_reused");
        (await client.PostTextAsync(Start, $"{{ \"resource\": \"{resource}\" }}"))
            .ExpectError(422, "idempotency_key_reused");
        for (var i = 0; i < 5; i++)
            (await client.PostAsync(Start, new { resource = NewRepo() })).ExpectError(422, "idempotency_key_reused");
        IsReplay(first, await client.PostAsync(Start, new { resource }), "active");
    }

    [Fact]
    public async Task Another_path_another_agent_and_another_key_are_other_requests()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var (key, resource) = (Unique.Name(), NewRepo());
        (await agent.Client.WithIdempotencyKey(key).PostAsync(Start, new { resource })).Expect(200, "proceed");
        (await other.Client.WithIdempotencyKey(key).PostAsync(Start, new { resource })).Expect(200, "skip_run");
        (await agent.Client.WithIdempotencyKey(key + "x").PostAsync(Start, new { resource })).Expect(200, "skip_run");
        var check = await agent.Client.WithIdempotencyKey(key).PostAsync("/v1/work/check", new { resource });
        Assert.False(check.Expect(200)["available"].Flag());
        var person = Shared.Owner.WithIdempotencyKey(key);
        (await person.PostAsync(Start, new { resource, agent_id = agent.Id })).Expect(200, "skip_run");
    }

    [Fact]
    public async Task Thirty_at_once_with_one_key_make_one_claim_and_get_one_answer()
    {
        var agent = await NewAgentAsync();
        for (var round = 0; round < 5; round++)
        {
            var (client, body) = (agent.Client.WithIdempotencyKey(Unique.Name()), new { resource = NewRepo() });
            var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => client.At(EdgeOf(i)).PostAsync(Start, body)));
            var early = answers.Where(a => a.Status != 200).ToArray();
            Assert.All(early, a => a.ExpectError(409, "idempotency_in_progress"));
            var given = answers.Except(early).ToArray();
            Assert.Single(given.Select(a => a.Expect(200, "proceed").Body).Distinct());
            Assert.Single(given, a => a.Header("Idempotency-Replayed") is null);
            Assert.Equal(round + 1, (await agent.GetAsync("/v1/work/claims"))["pagination.total"].Number());
        }
    }

    [Fact]
    public async Task One_key_for_many_resources_at_once_makes_one_claim()
    {
        var agent = await NewAgentAsync();
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => client.PostAsync(Start, new { resource = NewRepo() })));
        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains(a.Status, (int[])[409, 422]));
        Assert.Equal(1, (await agent.GetAsync("/v1/work/claims"))["pagination.total"].Number());
    }

    [Fact]
    public async Task Every_call_on_a_claim_can_be_repeated()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (string Path, object Body, string Status)[] calls =
        [
            ("/v1/work/run/working-set", new { claim_id = claim.Id, mode = "edit", paths = new[] { "a" } }, "active"),
            ("/v1/work/run/extend", new { claim_id = claim.Id, duration_minutes = 30 }, "active"),
            ($"/v1/work/claims/{claim.Id}/extend", new { duration_minutes = 60 }, "active"),
            ("/v1/work/run/finish", new { claim_id = claim.Id }, "released"),
        ];
        foreach (var (path, body, status) in calls)
        {
            var client = agent.Client.WithIdempotencyKey(Unique.Name());
            var first = (await client.PostAsync(path, body)).Expect(200);
            IsReplay(first, await client.PostAsync(path, body), status);
        }
    }

    [Fact]
    public async Task Refusals_below_500_are_kept()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var (resource, ended) = (NewRepo(), await agent.HoldAsync(NewRepo()));
        var claim = await holder.HoldAsync(resource);
        (await agent.FinishAsync(ended)).Expect(200);
        const string nobodys = "01900000-0000-7000-8000-000000000000";
        (string Path, object Body, int Status, string Code)[] calls =
        [
            ("/v1/work/run/finish", new { claim_id = nobodys }, 404, "not_found"),
            (Start, new { resource, agent_id = holder.Id }, 403, "agent_mismatch"),
            ("/v1/work/run/finish", new { claim_id = claim.Id }, 403, "not_claim_owner"),
            ("/v1/work/run/extend", new { claim_id = ended.Id, duration_minutes = 1 }, 409, "claim_not_active"),
            ("/v1/work/claim", new { resource }, 409, "resource_claimed"),
        ];
        foreach (var (path, body, status, code) in calls)
        {
            var client = agent.Client.WithIdempotencyKey(Unique.Name());
            var first = (await client.PostAsync(path, body)).ExpectError(status, code);
            Assert.Null(first.Header("Idempotency-Replayed"));
            var second = await client.PostAsync(path, body);
            Assert.Equal(first.Body, second.ExpectError(status, code).Body);
            Assert.Equal("true", second.Header("Idempotency-Replayed"));
            (await client.PostAsync(
                path, new JsonObject { ["claim_id"] = claim.Id, ["resource"] = NewRepo(), ["duration_minutes"] = 2 }))
                .ExpectError(422, "idempotency_key_reused");
        }
    }

    [Fact]
    public async Task A_kept_refusal_stays_though_the_reason_has_gone()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var first = (await client.PostAsync("/v1/work/claim", new { resource })).ExpectError(409, "resource_claimed");
        (await holder.FinishAsync(claim)).Expect(200);
        var second = await client.PostAsync("/v1/work/claim", new { resource });
        Assert.Equal(first.Body, second.ExpectError(409, "resource_claimed").Body);
    }

    [Fact]
    public async Task Answers_400_401_413_and_415_are_not_kept()
    {
        var agent = await NewAgentAsync();
        var (key, resource) = (Unique.Name(), NewRepo());
        var client = agent.Client.WithIdempotencyKey(key);
        (await client.PostAsync(Start, new { resource, priority = -1 })).ExpectError(400, "validation_failed");
        (await client.PostTextAsync(Start, "{")).ExpectError(400, "invalid_json");
        (await client.PostTextAsync(Start, "{}", "text/plain")).ExpectError(415, "unsupported_media_type");
        (await client.PostTextAsync(Start, new string(' ', 300_000))).ExpectError(413, "payload_too_large");
        (await Anonymous.WithIdempotencyKey(key).PostAsync(Start, new { resource })).ExpectError(401, "unauthorized");
        var answer = (await client.PostAsync(Start, new { resource })).Expect(200, "proceed");
        Assert.Null(answer.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_400_that_the_claim_itself_is_the_reason_for_is_not_kept_either()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", "a")).Expect(200);
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var body = new { claim_id = claim.Id, mode = "read", operation = "add", paths = new[] { "b" } };
        (await client.PostAsync("/v1/work/run/working-set", body)).ExpectError(400, "validation_failed");
        (await agent.DeclareAsync(claim, "read", "a")).Expect(200);
        var answer = (await client.PostAsync("/v1/work/run/working-set", body)).Expect(200, "updated");
        Assert.Null(answer.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_replayed_legacy_answer_keeps_its_deprecation()
    {
        var agent = await NewAgentAsync();
        var (client, body) = (agent.Client.WithIdempotencyKey(Unique.Name()), new { resource = NewRepo() });
        var first = (await client.PostAsync("/v1/work/claim", body)).Expect(201);
        var second = (await client.PostAsync("/v1/work/claim", body)).Expect(201);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("active", second.Header("Availsync-Claim-Status"));
        Assert.NotNull(second.Header("Deprecation"));
    }

    [Fact]
    public async Task A_key_has_1_to_255_visible_characters()
    {
        var agent = await NewAgentAsync();
        foreach (var key in (string[])["", "two words", new('k', 256), "gr\u00fcn"])
        {
            (await agent.Client.WithIdempotencyKey(key).PostAsync(Start, new { resource = NewRepo() }))
                .ExpectWrong("Idempotency-Key");
        }

        foreach (var key in (string[])["k", new('k', 255), "!~{}\"\\"])
        {
            (await agent.Client.WithIdempotencyKey(key).PostAsync(Start, new { resource = NewRepo() }))
                .Expect(200, "proceed");
        }
    }

    [Fact]
    public async Task Adding_a_member_can_be_repeated_too()
    {
        var client = Shared.Owner.WithIdempotencyKey(Unique.Name());
        var body = new { email = Unique.Email(), role = "viewer", password = Workspace.Password };
        var first = (await client.PostAsync($"{Shared.Path}/members", body)).Expect(201);
        var second = (await client.PostAsync($"{Shared.Path}/members", body)).Expect(201);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Two_people_with_one_key_make_two_requests()
    {
        var (agent, member) = (await NewAgentAsync(), await Shared.NewMemberAsync("admin"));
        var key = Unique.Name();
        Task<Answer> StartAsync(Client person) => person.WithIdempotencyKey(key).PostAsync(
            Start, new { resource = NewRepo(), agent_id = agent.Id });
        (await StartAsync(Shared.Owner)).Expect(200, "proceed");
        var second = (await StartAsync(member.Client)).Expect(200, "proceed");
        Assert.Null(second.Header("Idempotency-Replayed"));
        (await StartAsync(Shared.Owner)).ExpectError(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task What_a_person_may_not_do_is_kept_like_any_refusal()
    {
        var (agent, viewer) = (await NewAgentAsync(), await Shared.NewMemberAsync("viewer"));
        (string Path, object Body)[] calls =
        [
            (Start, new { resource = NewRepo(), agent_id = agent.Id }),
            ($"{Shared.Path}/members", new { email = Unique.Email(), role = "viewer", password = Workspace.Password }),
        ];
        foreach (var (path, body) in calls)
        {
            var client = viewer.Client.WithIdempotencyKey(Unique.Name());
            var first = (await client.PostAsync(path, body)).ExpectError(403, "forbidden");
            Assert.Null(first.Header("Idempotency-Replayed"));
            var second = (await client.PostAsync(path, body)).ExpectError(403, "forbidden");
            Assert.Equal("true", second.Header("Idempotency-Replayed"));
            Assert.Equal(first.Body, second.Body);
        }
    }

    [Fact]
    public async Task A_blocked_declaration_stays_blocked_though_the_files_are_free()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (one, two) = (await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        (await agent.DeclareAsync(one, "edit", "a")).Expect(200, "updated");
        var (client, body) = (
            agent.Client.WithIdempotencyKey(Unique.Name()),
            new { claim_id = two.Id, mode = "edit", paths = new[] { "a" } });
        var first = (await client.PostAsync("/v1/work/run/working-set", body)).ExpectError(409, "blocked");
        (await agent.FinishAsync(one)).Expect(200, "finished");
        var second = (await client.PostAsync("/v1/work/run/working-set", body)).ExpectError(409, "blocked");
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        (await agent.DeclareAsync(two, "edit", "a")).Expect(200, "updated");
    }

    [Fact]
    public async Task A_repeat_anywhere_says_that_the_claim_was_revoked_or_has_expired()
    {
        var agent = await NewAgentAsync();
        var (one, two) = (
            agent.Client.WithIdempotencyKey(Unique.Name()), agent.Client.WithIdempotencyKey(Unique.Name()));
        var (lasting, brief) = (
            new { resource = NewRepo(), duration_seconds = 600 }, new { resource = NewRepo(), duration_seconds = 5 });
        var expiring = (await two.PostAsync(Start, brief)).Expect(200, "proceed");
        var revoked = (await one.PostAsync(Start, lasting)).Expect(200, "proceed");
        (await Shared.Owner.DeleteAsync($"/v1/work/claims/{revoked["claim.id"].Text()}")).Expect(200, "released");
        IsReplay(revoked, await one.At(EdgeOf(1)).PostAsync(Start, lasting), "revoked");
        await Eventually.PassedAsync(expiring["claim.expires_at"].Time());
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await two.At(EdgeOf(1)).PostAsync(Start, brief)).Header("Availsync-Claim-Status") == "expired",
            "a repeat says that the claim has expired");
        IsReplay(expiring, await two.PostAsync(Start, brief), "expired");
    }

    private static void IsReplay(Answer first, Answer second, string? status)
    {
        second.Expect(first.Status);
        Assert.True(first.Bytes.SequenceEqual(second.Bytes), $"{first}\n{second}");
        Assert.Equal("true", second.Header("Idempotency-Replayed"));
        Assert.Equal(status, second.Header("Availsync-Claim-Status"));
    }
}
