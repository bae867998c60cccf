using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>The claim: what it looks like, who gets it, and when it ends.</summary>
public abstract class ClaimContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_claim_has_these_members_in_this_order()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        var before = TimeProvider.System.GetUtcNow();
        var answer = await agent.PostAsync(
            Start,
            new { resource, reason = "scheduled run", priority = 7, duration_minutes = 20,
                metadata = new { job = "x", n = 1.50 } });
        answer.Expect(200, "proceed");
        Assert.Equal(["action", "mode", "claim", "retry_after"], answer.Json.Members());
        Assert.Equal("enforce", answer["mode"].Text());
        Assert.True(answer["retry_after"].IsNull());
        var claim = answer["claim"];
        Assert.Equal(
            [
                "id", "org_id", "agent_id", "agent_name", "resource_type", "resource_key", "resource", "status",
                "priority",
                "reason", "access", "started_at", "expires_at", "ended_at", "fencing_token", "working_set", "metadata",
            ],
            claim.Members());
        Assert.Equal(
            (Shared.Id, agent.Id, agent.Name, "repo", resource[5..], resource),
            (claim.At("org_id").Text(), claim.At("agent_id").Text(), claim.At("agent_name").Text(),
                claim.At("resource_type").Text(), claim.At("resource_key").Text(), claim.At("resource").Text()));
        Assert.Equal(
            ("active", 7L, "scheduled run", "exclusive"),
            (claim.At("status").Text(), claim.At("priority").Number(), claim.At("reason").Text(),
                claim.At("access").Text()));
        Assert.Equal("""{"job":"x","n":1.5}""", claim.At("metadata").GetRawText()
            .Replace("1.50", "1.5", StringComparison.Ordinal));
        Assert.True(claim.At("ended_at").IsNull() && claim.At("working_set").IsNull());
        Assert.InRange(claim.At("started_at").Time(), before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow());
        Assert.Equal(TimeSpan.FromMinutes(20), claim.At("expires_at").Time() - claim.At("started_at").Time());
        Assert.Equal(claim.GetRawText(), (await agent.ReadAsync(Held.In(claim))).GetRawText());
    }

    [Fact]
    public async Task What_a_start_leaves_out_has_its_default()
    {
        var agent = await Shared.NewAgentAsync(default_priority: 250);
        var claim = (await agent.PostAsync(Start, new { resource = NewRepo() })).Expect(200, "proceed")["claim"];
        Assert.Equal(TimeSpan.FromMinutes(45), claim.At("expires_at").Time() - claim.At("started_at").Time());
        Assert.Equal(250, claim.At("priority").Number());
        Assert.True(claim.At("reason").IsNull());
        Assert.Equal("{}", claim.At("metadata").GetRawText());
        var plain = await NewAgentAsync();
        Assert.Equal(100, (await plain.StartAsync(NewRepo())).Expect(200)["claim.priority"].Number());
    }

    [Fact]
    public async Task A_second_run_is_told_who_holds_the_repo()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var held =
            (await holder.PostAsync(Start, new { resource, reason = "release", priority = 5, duration_seconds = 600 }))
            .Expect(200, "proceed")["claim"];
        var now = TimeProvider.System.GetUtcNow();
        var skip = (await agent.StartAsync(resource)).Expect(200, "skip_run");
        Assert.Equal(["action", "mode", "reason", "retry_after", "blocking_claim"], skip.Json.Members());
        Assert.Equal("Another active work claim has priority", skip["reason"].Text());
        Assert.Equal(held.At("expires_at").Text(), skip["retry_after"].Text());
        Assert.Equal(
            ["id", "agent_id", "agent_name", "resource_type", "resource_key", "priority", "reason", "expires_at",
                "owned_by_you"],
            skip["blocking_claim"].Members());
        foreach (var member in skip["blocking_claim"].Members().Where(m => m != "owned_by_you"))
            Assert.Equal(held.At(member).GetRawText(), skip["blocking_claim"].At(member).GetRawText());
        Assert.False(skip["blocking_claim.owned_by_you"].Flag());
        var seconds = int.Parse(skip.Header("Retry-After")!, CultureInfo.InvariantCulture);
        var left = (skip["retry_after"].Time() - now).TotalSeconds;
        Assert.InRange(seconds, left - 3, left + 1);
    }

    [Fact]
    public async Task The_same_agent_is_told_to_skip_too()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        await agent.HoldAsync(resource);
        Assert.True((await agent.StartAsync(resource)).Expect(200, "skip_run")["blocking_claim.owned_by_you"].Flag());
    }

    [Fact]
    public async Task A_higher_priority_does_not_displace_a_holder()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource);
        (await agent.PostAsync(Start, new { resource, priority = 1000 })).Expect(200, "skip_run");
        Assert.Equal("active", (await holder.ReadAsync(claim)).At("status").Text());
    }

    [Fact]
    public async Task Fencing_tokens_grow_with_every_claim_on_a_root()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        List<long> tokens = [];
        string[] resources = [$"repo:{key}", $"project:{key}#a", $"project:{key}#b", $"repo:{key}", $"repo:{key}"];
        foreach (var resource in resources)
        {
            var claim = await agent.HoldAsync(resource);
            tokens.Add(claim.Token);
            (await agent.FinishAsync(claim)).Expect(200);
        }

        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Fact]
    public async Task A_lease_ends_by_itself_and_not_a_moment_before()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var resource = NewRepo();
        var claim = await holder.HoldAsync(resource, 5);
        Assert.Equal("active", (await holder.ReadAsync(claim)).At("status").Text());
        var until = claim.ExpiresAt - TimeProvider.System.GetUtcNow() + OneSecond;
        JsonElement next = default;
        await Eventually.TrueAsync(until, ProceedsAsync, "the next one gets the resource");
        Assert.True(next.At("started_at").Time() >= claim.ExpiresAt, "It was granted before the lease was over.");
        Assert.True(next.At("fencing_token").Number() > claim.Token);
        Assert.Equal("expired", (await holder.ReadAsync(claim)).At("status").Text());

        async Task<bool> ProceedsAsync()
        {
            var answer = (await agent.StartAsync(resource)).Expect(200);
            if (answer["action"].Text() != "proceed") return false;
            next = answer["claim"];
            return true;
        }
    }

    [Fact]
    public async Task A_claim_that_nobody_asks_for_turns_expired_within_a_second()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 5);
        (await agent.DeclareAsync(claim, "edit", "a")).Expect(200);
        await Eventually.PassedAsync(claim.ExpiresAt);
        await Eventually.TrueAsync(
            OneSecond,
            async () => (await agent.ReadAsync(claim)).At("status").Text() == "expired",
            "the claim is expired");
        var read = await agent.ReadAsync(claim);
        Assert.Equal(claim.ExpiresAt, read.At("ended_at").Time());
        Assert.True(read.At("working_set").IsNull());
        Assert.Equal(
            1, (await agent.GetAsync("/v1/work/claims?status=expired")).Expect(200)["pagination.total"].Number());
        Assert.Equal(
            0, (await agent.GetAsync("/v1/work/claims?status=active")).Expect(200)["pagination.total"].Number());
        (await agent.ExtendAsync(claim, 600)).ExpectError(409, "claim_not_active");
        (await agent.DeclareAsync(claim, "edit", "a")).ExpectError(409, "claim_not_active");
        Assert.Equal("expired", (await agent.FinishAsync(claim))
            .Expect(200, "already_finished")["claim.status"].Text());
        Assert.Equal("expired", (await agent.Client.DeleteAsync($"/v1/work/claims/{claim.Id}"))
            .Expect(200, "already_finished")["claim.status"].Text());
    }

    [Fact]
    public async Task After_an_expiry_the_resource_stays_closed_for_the_grace_of_the_workspace()
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { expiry_grace_seconds = 3 });
        var (holder, agent) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var claim = await holder.HoldAsync("repo:owner/repo", 5);
        await Eventually.PassedAsync(claim.ExpiresAt.AddMilliseconds(100));
        var skip = (await agent.StartAsync("repo:owner/repo")).Expect(200, "skip_run");
        Assert.Equal(claim.Id, skip["blocking_claim.id"].Text());
        Assert.Equal(claim.ExpiresAt.AddSeconds(3), skip["retry_after"].Time());
        await Eventually.PassedAsync(claim.ExpiresAt.AddSeconds(3));
        var next = await agent.HoldAsync("repo:owner/repo");
        (await agent.FinishAsync(next)).Expect(200);
        await holder.HoldAsync("repo:owner/repo");
    }

    [Fact]
    public async Task Fencing_tokens_grow_on_a_project_of_its_own_too()
    {
        var agent = await NewAgentAsync();
        var resource = $"project:{Unique.Name()}";
        List<long> tokens = [];
        for (var i = 0; i < 4; i++)
        {
            var claim = await agent.At(EdgeOf(i)).HoldAsync(resource);
            tokens.Add(claim.Token);
            (await agent.FinishAsync(claim)).Expect(200, "finished");
        }

        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Fact]
    public async Task The_grace_of_a_part_closes_the_repo_to_starts_checks_and_the_legacy_claim()
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { expiry_grace_seconds = 60 });
        var (agent, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        var claim = await agent.HoldAsync("project:owner/repo#part", 5);
        await Eventually.PassedAsync(claim.ExpiresAt);
        var body = new { resource = "repo:owner/repo" };
        var part = (await agent.StartAsync("project:owner/repo#part")).Expect(200, "skip_run");
        var start = (await agent.PostAsync(Start, body)).Expect(200, "skip_run");
        var check = (await agent.PostAsync("/v1/work/check", body)).Expect(200, "skip_run");
        var legacy = (await agent.PostAsync("/v1/work/claim", body)).ExpectError(409, "resource_claimed");
        var shadow = (await observer.PostAsync(Start, body)).Expect(200, "proceed")["shadow_decision"];
        Assert.False(check["available"].Flag());
        Assert.True(shadow.At("would_have_blocked").Flag());
        JsonElement[] answers = [part.Json, start.Json, check.Json, legacy.Json, shadow];
        foreach (var answer in answers)
        {
            Assert.Equal(claim.Id, answer.At("blocking_claim.id").Text());
            Assert.Equal(claim.ExpiresAt.AddSeconds(60), answer.At("retry_after").Time());
        }

        (await agent.ExtendAsync(claim, 600)).ExpectError(409, "claim_not_active");
        await agent.HoldAsync("project:owner/repo#other");
    }

    [Fact]
    public async Task After_a_revocation_and_a_release_there_is_no_grace()
    {
        var workspace = await NewWorkspaceAsync();
        await workspace.ChangeAsync(new { expiry_grace_seconds = 60 });
        var agent = await workspace.NewAgentAsync();
        foreach (var ender in (Client[])[workspace.Owner, agent.Client])
        {
            var claim = await agent.HoldAsync("repo:owner/repo");
            (await ender.DeleteAsync($"/v1/work/claims/{claim.Id}")).Expect(200, "released");
        }

        await agent.HoldAsync("repo:owner/repo");
    }
}
