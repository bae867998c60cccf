using static Availsync.Contract.Tests.Holder;

namespace Availsync.Contract.Tests;

/// <summary>Holds and availability: windows of time in the future.</summary>
public abstract class HoldsContract(Target target) : ContractTest(target)
{
    private const string NobodysId = "01900000-0000-7000-8000-000000000000";

    private static readonly string[] Members =
    [
        "id", "org_id", "agent_id", "agent_name", "resource", "status", "priority", "reason", "starts_at", "ends_at",
        "expires_at", "fencing_token", "created_at", "metadata",
    ];

    [Fact]
    public async Task A_hold_is_confirmed_at_once_where_it_has_no_time_to_live()
    {
        var agent = await NewAgentAsync();
        var resource = NewCalendar();
        var answer = (await agent.PostAsync("/v1/holds", new
        {
            resource, starts_at = At(0), ends_at = At(30), reason = "review", metadata = new { room = "blue" },
        })).Expect(201, "held");
        Assert.Equal(["action", "hold"], answer.Json.Members());
        var hold = answer["hold"];
        Assert.Equal(Members, hold.Members());
        Assert.Equal(
            (agent.Workspace.Id, agent.Id, agent.Name, resource, "confirmed", 100L, "review", At(0), At(30)),
            (hold.At("org_id").Text(), hold.At("agent_id").Text(), hold.At("agent_name").Text(),
                hold.At("resource").Text(), hold.At("status").Text(), hold.At("priority").Number(),
                hold.At("reason").Text(), hold.At("starts_at").Text(), hold.At("ends_at").Text()));
        Assert.True(hold.At("expires_at").IsNull());
        Assert.Equal("blue", hold.At("metadata.room").Text());
        Assert.Equal(hold.GetRawText(), (await agent.ReadHoldAsync(hold)).GetRawText());
    }

    [Fact]
    public async Task With_one_it_is_held_until_it_is_confirmed()
    {
        var agent = await NewAgentAsync();
        var resource = NewCalendar();
        var hold = await agent.PlacedAsync(resource, 0, 30, ttl_seconds: 600);
        Assert.Equal("held", hold.At("status").Text());
        Assert.Equal(TimeSpan.FromMinutes(10), hold.At("expires_at").Time() - hold.At("created_at").Time());
        (await agent.PlaceAsync(resource, 0, 30)).ExpectError(409, "blocked");

        var confirmed = (await agent.ConfirmAsync(hold)).Expect(200, "confirmed");
        Assert.Equal(["action", "hold"], confirmed.Json.Members());
        Assert.Equal("confirmed", confirmed["hold.status"].Text());
        Assert.True(confirmed["hold.expires_at"].IsNull());
        var again = (await agent.ConfirmAsync(hold)).Expect(200, "confirmed");
        Assert.Equal(confirmed["hold"].GetRawText(), again["hold"].GetRawText());
    }

    [Fact]
    public async Task What_is_taken_is_refused_with_who_has_it_and_where_there_is_room()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewCalendar();
        var (first, second) = (
            await holder.PlacedAsync(resource, 0, 30), await holder.PlacedAsync(resource, 60, 75, ttl_seconds: 600));

        var blocked = (await agent.PlaceAsync(resource, 15, 70)).ExpectError(409, "blocked");
        Assert.Equal(
            ["action", "conflicts", "alternatives", "error", "message", "request_id"], blocked.Json.Members());
        Assert.Equal("blocked", blocked["action"].Text());
        Assert.Equal(
            [first.GetRawText(), second.GetRawText()],
            blocked["conflicts"].EnumerateArray().Select(h => h.GetRawText()));
        Assert.Equal([(75, 130), (130, 185), (185, 240)], blocked["alternatives"].Windows());
        foreach (var (from, to) in blocked["alternatives"].Windows()) await agent.PlacedAsync(resource, from, to);
    }

    [Fact]
    public async Task Windows_that_touch_are_both_granted_and_tokens_grow()
    {
        var (one, two) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewCalendar();
        var middle = await one.PlacedAsync(resource, 30, 60);
        var before = await two.PlacedAsync(resource, 0, 30);
        var after = await two.PlacedAsync(resource, 60, 90);
        long[] tokens = [.. new[] { middle, before, after }.Select(h => h.At("fencing_token").Number())];
        Assert.Equal(tokens.Order().Distinct(), tokens);
        await two.PlacedAsync(resource.ToUpperInvariant(), 30, 60);
    }

    [Fact]
    public async Task A_check_tells_what_is_in_the_way_and_changes_nothing()
    {
        var agent = await NewAgentAsync();
        var resource = NewCalendar();
        var free = (await agent.CheckAsync(resource, 0, 30)).Expect(200);
        Assert.Equal("""{"available":true,"conflicts":[],"alternatives":[]}""", free.Body);
        var hold = await agent.PlacedAsync(resource, 0, 30);
        var taken = (await agent.CheckAsync(resource, 10, 20)).Expect(200);
        Assert.False(taken["available"].Flag());
        Assert.Equal(hold.GetRawText(), Assert.Single(taken["conflicts"].EnumerateArray()).GetRawText());
        Assert.Equal([(30, 40), (40, 50), (50, 60)], taken["alternatives"].Windows());
        await agent.PlacedAsync(resource, 30, 60);
        Assert.Equal(2, (await ListAsync(agent.Client, $"?resource={resource}")).Length);
    }

    [Fact]
    public async Task A_preview_answers_200_with_what_the_hold_would_be_told_and_changes_nothing()
    {
        var agent = await NewAgentAsync();
        var resource = NewCalendar();
        var body = new { resource, starts_at = At(0), ends_at = At(30), ttl_seconds = 600 };
        var free = (await agent.PostAsync("/v1/holds/preview", body)).Expect(200, "held");
        Assert.Equal(Members, free["hold"].Members());
        Assert.True(free["hold.id"].IsNull() && free["hold.fencing_token"].IsNull());
        Assert.Equal("held", free["hold.status"].Text());
        Assert.Empty(await ListAsync(agent.Client, ""));

        var hold = await agent.PlacedAsync(resource, 0, 30);
        var taken = (await agent.PostAsync("/v1/holds/preview", body)).Expect(200, "blocked");
        Assert.Equal(hold.GetRawText(), taken["conflicts.0"].GetRawText());
        (await agent.PostAsync("/v1/holds/preview", body with { ttl_seconds = 1 })).ExpectWrong("ttl_seconds");
        (await agent.PostAsync("/v1/holds/preview", body with { starts_at = At(-2880), ends_at = At(0) }))
            .ExpectWrong("starts_at");
    }

    [Fact]
    public async Task An_agent_gives_its_hold_up_once_and_the_window_is_free()
    {
        var (agent, other) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewCalendar();
        var hold = await agent.PlacedAsync(resource, 0, 30);
        (await other.ReleaseAsync(hold)).ExpectError(403, "not_claim_owner");
        (await other.ConfirmAsync(hold)).ExpectError(403, "not_claim_owner");
        var released = (await agent.ReleaseAsync(hold)).Expect(200, "released");
        Assert.Equal("released", released["hold.status"].Text());
        var again = (await agent.ReleaseAsync(hold)).Expect(200, "already_released");
        Assert.Equal(released["hold"].GetRawText(), again["hold"].GetRawText());
        var ended = (await agent.ConfirmAsync(hold)).ExpectError(409, "hold_not_active");
        Assert.Equal("released", ended["status"].Text());
        await other.PlacedAsync(resource, 0, 30);
    }

    [Fact]
    public async Task A_person_revokes_it_and_the_audit_says_who()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var hold = await agent.PlacedAsync("calendar:jane", 0, 30);
        var path = $"/v1/holds/{hold.At("id").Text()}";
        (await (await workspace.NewMemberAsync("viewer")).Client.DeleteAsync(path)).ExpectError(403, "forbidden");
        var revoked = (await workspace.Owner.DeleteAsync(path)).Expect(200, "released");
        Assert.Equal("revoked", revoked["hold.status"].Text());
        (await workspace.Owner.DeleteAsync(path)).Expect(200, "already_released");
        Assert.Equal("revoked", (await agent.ConfirmAsync(hold)).ExpectError(409, "hold_not_active")["status"].Text());

        var entry = Assert.Single(await workspace.AuditAsync("hold.revoked"));
        Assert.Equal(
            ("person", workspace.UserId, agent.Id, "calendar:jane", hold.At("id").Text()),
            (entry.At("actor.type").Text(), entry.At("actor.id").Text(), entry.At("agent_id").Text(),
                entry.At("resource").Text(), entry.At("details.hold_id").Text()));
        var placed = Assert.Single(await workspace.AuditAsync("hold.confirmed"));
        Assert.Equal(("agent", agent.Id), (placed.At("actor.type").Text(), placed.At("actor.id").Text()));
        Assert.Equal(2, (await workspace.Owner.GetAsync("/v1/audit?resource=calendar:jane"))
            .Expect(200)["pagination.total"].Number());
    }

    [Fact]
    public async Task What_nobody_confirms_lapses_within_a_second()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        // The window is over before the time to live: a hold never waits for longer than that.
        var start = TimeProvider.System.GetUtcNow();
        var hold = (await agent.PostAsync("/v1/holds", new
        {
            resource = "calendar:jane", starts_at = Text(start), ends_at = Text(start.AddSeconds(2)), ttl_seconds = 30,
        })).Expect(201, "held")["hold"];
        Assert.Equal(hold.At("ends_at").Text(), hold.At("expires_at").Text());
        await Eventually.PassedAsync(hold.At("expires_at").Time());

        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await agent.ReadHoldAsync(hold)).At("status").Text() == "lapsed", "the hold has lapsed");
        Assert.Equal("lapsed", (await agent.ConfirmAsync(hold)).ExpectError(409, "hold_not_active")["status"].Text());
        Assert.Equal("lapsed", (await agent.ReleaseAsync(hold)).Expect(200, "already_released")["hold.status"].Text());
        Assert.Equal([hold.At("id").Text()], await ListAsync(agent.Client, "?status=lapsed"));
        var lapsed = Assert.Single(await workspace.AuditAsync("hold.lapsed"));
        Assert.Equal("system", lapsed.At("actor.type").Text());
        Assert.InRange(lapsed.At("at").Time() - hold.At("expires_at").Time(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_higher_priority_displaces_where_the_workspace_says_so()
    {
        var workspace = await NewWorkspaceAsync();
        var (low, high) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(default_priority: 200));
        var hold = await low.PlacedAsync("release:prod", 0, 30, ttl_seconds: 600);
        (await high.PlaceAsync("release:prod", 15, 45)).ExpectError(409, "blocked");
        await workspace.ChangeAsync(new { arbitration = "preempt_lower" });

        JsonElement winner = default;
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () =>
            {
                var answer = await high.PlaceAsync("release:prod", 15, 45);
                if (answer.Status == 201) winner = answer["hold"];
                return answer.Status == 201;
            },
            "the changed arbitration holds");

        Assert.Equal("preempted", (await low.ReadHoldAsync(hold)).At("status").Text());
        var ended = (await low.ConfirmAsync(hold)).ExpectError(409, "hold_not_active");
        Assert.Equal("preempted", ended["status"].Text());
        Assert.Equal(winner.At("id").Text(), ended["preempted_by.id"].Text());
        Assert.Equal(high.Id, ended["preempted_by.agent_id"].Text());
        (await low.PlaceAsync("release:prod", 15, 45, priority: 200)).ExpectError(409, "blocked");
        Assert.Equal(high.Id, Assert.Single(await workspace.AuditAsync("hold.preempted")).At("actor.id").Text());
    }

    [Fact]
    public async Task An_observer_reserves_nothing_and_hears_what_would_have_been()
    {
        var (holder, observer) = (await NewAgentAsync(), await Shared.NewAgentAsync(mode: "observe"));
        var resource = NewCalendar();
        var free = (await observer.PlaceAsync(resource, 0, 30)).Expect(200, "proceed");
        Assert.Equal(["action", "mode", "hold", "shadow_decision"], free.Json.Members());
        Assert.True(free["hold"].IsNull());
        Assert.False(free["shadow_decision.would_have_blocked"].Flag());
        var hold = await holder.PlacedAsync(resource, 0, 30);
        var taken = (await observer.PlaceAsync(resource, 0, 30)).Expect(200, "proceed");
        Assert.Equal("blocked", taken["shadow_decision.action"].Text());
        Assert.True(taken["shadow_decision.would_have_blocked"].Flag());
        Assert.Equal(hold.GetRawText(), taken["shadow_decision.conflicts.0"].GetRawText());
        Assert.False((await observer.CheckAsync(resource, 0, 30)).Expect(200)["available"].Flag());
        Assert.Empty(await ListAsync(observer.Client, ""));
    }

    [Fact]
    public async Task A_hold_counts_as_an_active_claim_while_it_blocks_and_protects_nothing()
    {
        var workspace = await NewWorkspaceAsync("free");
        var agent = await workspace.NewAgentAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            i => agent.At(EdgeOf(i)).PlaceAsync($"calendar:{i}", 0, 30)));
        Assert.Equal(5, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a =>
        {
            a.ExpectError(402, "plan_limit_reached");
            Assert.Equal("active_claims", a["limit.name"].Text());
        });
        Assert.Equal(5, await workspace.UsedAsync("active_claims"));
        Assert.Equal(0, await workspace.UsedAsync("protected_resources"));
        (await agent.StartAsync("repo:o/r")).ExpectError(402, "plan_limit_reached");
        var hold = answers.First(a => a.Status == 201)["hold"];
        (await agent.PlaceAsync(hold.At("resource").Text(), 0, 30)).ExpectError(409, "blocked");
        (await agent.PostAsync("/v1/holds/preview", new { resource = "x", starts_at = At(0), ends_at = At(1) }))
            .Expect(200, "plan_limit_reached");
        (await agent.ReleaseAsync(hold)).Expect(200, "released");
        (await agent.StartAsync("repo:o/r")).Expect(200, "proceed");
    }

    [Fact]
    public async Task Of_fifty_that_want_one_window_at_once_exactly_one_has_it()
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => NewAgentAsync()));
        for (var round = 0; round < 10; round++)
        {
            var resource = NewCalendar();
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(
                i => agents[i % 5].At(EdgeOf(i)).PlaceAsync(resource, i, 50 + i)));
            var winner = Assert.Single(answers, a => a.Status == 201)["hold.id"].Text();
            Assert.All(answers.Where(a => a.Status != 201), a =>
                Assert.Equal(winner, a.ExpectError(409, "blocked")["conflicts.0.id"].Text()));
        }
    }

    [Fact]
    public async Task A_repeat_gets_the_first_answer_byte_for_byte_and_what_the_hold_is_by_now()
    {
        var agent = await NewAgentAsync();
        var client = agent.Client.WithIdempotencyKey(Unique.Name());
        var (resource, start) = (NewCalendar(), TimeProvider.System.GetUtcNow());
        var body = new { resource, starts_at = Text(start), ends_at = Text(start.AddMinutes(5)), ttl_seconds = 60 };
        var first = (await client.PostAsync("/v1/holds", body)).Expect(201, "held");
        Assert.Null(first.Header("Idempotency-Replayed"));
        Replays(first, await client.PostAsync("/v1/holds", body), "held");
        (await client.PostAsync("/v1/holds", body with { ttl_seconds = 61 }))
            .ExpectError(422, "idempotency_key_reused");
        (await agent.ReleaseAsync(first["hold"])).Expect(200);
        await Eventually.PassedAsync(start.AddSeconds(6)); // By now a new one would begin in the past.
        Replays(first, await client.PostAsync("/v1/holds", body), "released");
        (await agent.PostAsync("/v1/holds", body)).ExpectWrong("starts_at");
        Assert.Single(await ListAsync(agent.Client, ""));

        var refused = agent.Client.WithIdempotencyKey(Unique.Name());
        var hold = await agent.PlacedAsync(resource, 0, 30);
        var window = new { resource, starts_at = At(0), ends_at = At(30) };
        var blocked = (await refused.PostAsync("/v1/holds", window)).ExpectError(409, "blocked");
        (await agent.ReleaseAsync(hold)).Expect(200);
        Replays(blocked, await refused.PostAsync("/v1/holds", window), null);

        static void Replays(Answer first, Answer answer, string? status)
        {
            Assert.Equal("true", answer.Header("Idempotency-Replayed"));
            Assert.Equal((first.Status, first.Body), (answer.Status, answer.Body));
            Assert.Equal(status, answer.Header("Availsync-Hold-Status"));
        }
    }

    [Fact]
    public async Task Every_mistake_in_a_body_is_named()
    {
        var agent = await NewAgentAsync();
        foreach (var path in (string[])["/v1/holds", "/v1/holds/preview", "/v1/availability/check"])
        {
            (await agent.PostAsync(path, new { })).ExpectWrong("resource", "starts_at", "ends_at");
            (await agent.PostAsync(path, new { resource = new string('x', 257), starts_at = 1, ends_at = "soon" }))
                .ExpectWrong("resource", "starts_at", "ends_at");
            await WrongAsync("ends_at", Day, Day);
            await WrongAsync("ends_at", Day, Day.AddDays(31).AddMilliseconds(1));
            await WrongAsync("starts_at", Day.AddDays(-2), Day);
            await WrongAsync("starts_at", Day.AddDays(366), Day.AddDays(367));

            async Task WrongAsync(string field, DateTimeOffset from, DateTimeOffset to) => (await agent.PostAsync(
                path, new { resource = NewCalendar(), starts_at = Text(from), ends_at = Text(to) })).ExpectWrong(field);
        }

        (await agent.PostAsync("/v1/holds", new
        {
            resource = NewCalendar(), starts_at = At(0), ends_at = At(1), ttl_seconds = 29, priority = 1001,
            reason = new string('x', 501), metadata = "none",
        })).ExpectWrong("ttl_seconds", "priority", "reason", "metadata");
        await agent.PlacedAsync(new string('x', 200) + Unique.Name(), 0, 31 * 24 * 60);
    }

    [Fact]
    public async Task Agents_see_their_own_and_people_all()
    {
        var workspace = await NewWorkspaceAsync();
        var (one, two) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var mine = (await one.PlacedAsync("calendar:jane", 0, 30)).At("id").Text();
        var held = (await one.PlacedAsync("calendar:john", 60, 90, ttl_seconds: 600)).At("id").Text();
        var theirs = (await two.PlacedAsync("calendar:jane", 30, 60)).At("id").Text();
        Assert.Equal([held, mine], await ListAsync(one.Client, ""));
        Assert.Equal([theirs], await ListAsync(two.Client, ""));
        Assert.Equal([theirs, held, mine], await ListAsync(workspace.Owner, ""));
        Assert.Equal([theirs, mine], await ListAsync(workspace.Owner, "?resource=calendar:jane"));
        Assert.Equal([held], await ListAsync(workspace.Owner, "?status=held"));
        Assert.Equal([theirs, held], await ListAsync(workspace.Owner, $"?from={At(30)}"));
        Assert.Equal([theirs], await ListAsync(workspace.Owner, $"?from={At(30)}&to={At(60)}"));
        Assert.Equal([held], await ListAsync(workspace.Owner, "?limit=1&offset=1"));
        (await two.GetAsync($"/v1/holds/{mine}")).ExpectError(404, "not_found");
        (await workspace.Owner.GetAsync($"/v1/holds/{mine}")).Expect(200);
        (await one.GetAsync("/v1/holds?status=active&resource=&from=x&to=y&limit=0"))
            .ExpectWrong("status", "resource", "from", "to", "limit");
    }

    [Fact]
    public async Task A_person_acts_for_an_agent_and_a_viewer_only_reads()
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        var viewer = (await workspace.NewMemberAsync("viewer")).Client;
        var window = new { resource = "calendar:jane", starts_at = At(0), ends_at = At(30), ttl_seconds = 600 };
        (await workspace.Owner.PostAsync("/v1/holds", window)).ExpectWrong("agent_id");
        var named = new { window.resource, window.starts_at, window.ends_at, window.ttl_seconds, agent_id = agent.Id };
        (await viewer.PostAsync("/v1/holds", named)).ExpectError(403, "forbidden");
        var hold = (await workspace.Owner.PostAsync("/v1/holds", named)).Expect(201, "held")["hold"];
        Assert.Equal(agent.Id, hold.At("agent_id").Text());
        Assert.Equal([hold.At("id").Text()], await ListAsync(viewer, ""));
        var confirm = $"/v1/holds/{hold.At("id").Text()}/confirm";
        (await workspace.Owner.PostAsync(confirm)).ExpectWrong("agent_id");
        (await workspace.Owner.PostAsync(confirm, new { agent_id = agent.Id })).Expect(200, "confirmed");
        var other = await workspace.NewAgentAsync();
        (await other.PostAsync("/v1/holds", named)).ExpectError(403, "agent_mismatch");
    }

    [Fact]
    public async Task A_hold_of_another_workspace_looks_like_one_that_never_was_and_blocks_nobody()
    {
        var (mine, theirs) = (await NewAgentAsync(), await (await NewWorkspaceAsync()).NewAgentAsync());
        var resource = NewCalendar();
        var id = (await theirs.PlacedAsync(resource, 0, 30, ttl_seconds: 600)).At("id").Text();
        foreach (var unknown in (string[])[id, NobodysId, "nothing"])
        {
            foreach (var client in (Client[])[mine.Client, Shared.Owner])
            {
                (await client.GetAsync($"/v1/holds/{unknown}")).ExpectError(404, "not_found");
                (await client.DeleteAsync($"/v1/holds/{unknown}")).ExpectError(404, "not_found");
                (await client.PostAsync($"/v1/holds/{unknown}/confirm", new { agent_id = mine.Id }))
                    .ExpectError(404, "not_found");
            }
        }

        var forTheirs = new { resource, starts_at = At(0), ends_at = At(1), agent_id = theirs.Id };
        (await Shared.Owner.PostAsync("/v1/holds", forTheirs)).ExpectError(404, "not_found");
        (await mine.GetAsync($"/v1/work/claims/{id}")).ExpectError(404, "not_found");
        await mine.PlacedAsync(resource, 0, 30);
        Assert.Equal("held", (await theirs.GetAsync($"/v1/holds/{id}")).Expect(200)["hold.status"].Text());
    }

    [Fact]
    public async Task Without_a_credential_there_is_nothing()
    {
        (await Anonymous.PostAsync("/v1/holds", new { })).ExpectError(401, "unauthorized");
        (await Anonymous.PostAsync("/v1/availability/check", new { })).ExpectError(401, "unauthorized");
        (await Anonymous.GetAsync("/v1/holds")).ExpectError(401, "unauthorized");
    }

    [Fact]
    public async Task An_agent_that_is_disabled_loses_its_holds()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var hold = await agent.PlacedAsync("calendar:jane", 0, 30);
        (await workspace.Owner.PatchAsync(agent.Path, new { disabled = true })).Expect(200);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(2),
            async () => (await workspace.Owner.GetAsync($"/v1/holds/{hold.At("id").Text()}"))
                .Expect(200)["hold.status"].Text() == "revoked",
            "the hold is revoked");
        await other.PlacedAsync("calendar:jane", 0, 30);
    }

    private static async Task<string[]> ListAsync(Client client, string query) =>
        [.. (await client.GetAsync("/v1/holds" + query)).Expect(200)["holds"].EnumerateArray().Select(
            h => h.At("id").Text())];
}
