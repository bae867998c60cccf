using Availsync.Arbiter.Store;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Availsync.Arbiter.Tests.Deciding;

/// <summary>What the decision loop promises on whichever store it commits to.</summary>
public abstract class DecisionSuite(StorageProvider provider)
{
    [Fact]
    public async Task A_free_resource_is_granted_and_the_next_is_told_who_holds_it()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();

        var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:Owner/Repo")));
        var skipped = Assert.IsType<Outcome.Skipped>(
            await arbiter.DecideAsync(world.Start("repo:owner/repo", agent: 2)));

        Assert.Equal(granted.Claim.Id, skipped.BlockingClaim.Id);
        Assert.Equal("Owner/Repo", skipped.BlockingClaim.Resource.Key);
        Assert.Equal(granted.Claim.ExpiresAt, skipped.RetryAfter);
        var stored = Assert.Single(await world.ClaimsAsync());
        Assert.Equivalent(ClaimRow.Of(granted.Claim), stored);
    }

    [Fact]
    public async Task The_next_owner_knows_what_was_granted_and_the_former_one_cannot_decide_any_more()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await world.TakeOverAsync();
        var granted = Assert.IsType<Outcome.Granted>(await first.DecideAsync(world.Start("repo:a/b")));

        var second = await world.TakeOverAsync();
        Assert.IsType<Reply.Undecided>(
            await first.AskAsync(new FinishRun(world.Agent(), granted.Claim.Id, null, null)));
        Assert.IsType<Reply.Undecided>(await first.AskAsync(world.Start("repo:x/y")));

        Assert.IsType<Outcome.Skipped>(await second.DecideAsync(world.Start("repo:a/b", agent: 2)));
        var ended = Assert.IsType<Outcome.Ended>(
            await second.DecideAsync(new FinishRun(world.Agent(), granted.Claim.Id, RunOutcome.Failed, "broke")));
        Assert.Equal(granted.Claim.FencingToken, ended.Claim.FencingToken);
        var next = Assert.IsType<Outcome.Granted>(await second.DecideAsync(world.Start("repo:a/b", agent: 2)));
        Assert.True(next.Claim.FencingToken > granted.Claim.FencingToken);
        Assert.Equal(["released", "active"], (await world.ClaimsAsync()).Select(c => c.Status));
    }

    [Fact]
    public async Task After_a_restore_a_root_that_the_store_has_forgotten_begins_behind_every_token_it_may_have_given()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            context.Roots.Add(new RootRow
            {
                Id = "", OrgId = Guid.Empty, Root = "", LastToken = 1_000_000_000, LastSequence = 1_000_000_000,
            });
            await context.SaveChangesAsync();
        }

        var arbiter = await world.TakeOverAsync();
        var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b")));
        Assert.Equal(1_000_000_001, granted.Claim.FencingToken.Value);

        var next = await world.TakeOverAsync();
        await next.DecideAsync(new FinishRun(world.Agent(), granted.Claim.Id, null, null));
        var again = Assert.IsType<Outcome.Granted>(await next.DecideAsync(world.Start("repo:a/b")));
        Assert.Equal(1_000_000_002, again.Claim.FencingToken.Value);
    }

    [Fact]
    public async Task A_new_owner_whose_clock_is_behind_does_not_decide_with_an_older_time()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var first = await world.TakeOverAsync();
        await first.DecideAsync(world.Start("repo:a/b", seconds: 5));
        world.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.IsType<Outcome.Granted>(await first.DecideAsync(world.Start("repo:a/b", agent: 2)));

        var behind = new FakeTimeProvider(world.Time.GetUtcNow().AddSeconds(-30));
        var second = await world.TakeOverAsync(behind);
        var skipped = Assert.IsType<Outcome.Skipped>(await second.DecideAsync(world.Start("repo:a/b", agent: 3)));
        var other = Assert.IsType<Outcome.Granted>(
            await second.DecideAsync(world.Start("project:a/b#part", agent: 3) with { Resource = Other("repo:c/d") }));

        Assert.Equal(world.Agent(2).AgentId, skipped.BlockingClaim.AgentId);
        Assert.True(other.Claim.StartedAt >= behind.GetUtcNow());
        Assert.Single(await world.ClaimsAsync(), c => c is { Status: "active", Resource: "repo:a/b" });
    }

    [Fact]
    public async Task What_is_committed_without_anybody_hearing_of_it_is_relayed_all_the_same()
    {
        var line = new CutAfterCommit();
        await using var world = await ArbiterWorld.OpenAsync(provider, line);
        var arbiter = await world.TakeOverAsync();

        line.IsCut = true;
        Assert.IsType<Reply.Unknown>(await arbiter.AskAsync(world.Start("repo:a/b")));
        line.IsCut = false;

        Assert.Single(await world.EventsAsync());
        Assert.True(arbiter.Relay.WaitAsync(default).IsCompleted);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_first_answer_and_what_the_claim_is_by_now()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var key = world.Key("k1", "body");
        var first = Assert.IsType<Reply.Answered>(await arbiter.AskAsync(world.Start("repo:a/b"), key, "first"));
        var claim = Assert.IsType<Outcome.Granted>(first.Outcome).Claim;

        var again = Assert.IsType<Reply.Answered>(await arbiter.AskAsync(world.Start("repo:a/b"), key, "second"));
        await arbiter.DecideAsync(new FinishRun(world.Agent(), claim.Id, null, null));
        var restarted = await world.TakeOverAsync();
        var later = Assert.IsType<Reply.Answered>(await restarted.AskAsync(world.Start("repo:a/b"), key, "third"));

        Assert.False(first.Replayed);
        foreach (var (repeat, status) in new[] { (again, ClaimStatus.Active), (later, ClaimStatus.Released) })
        {
            Assert.True(repeat.Replayed);
            Assert.Equal("first", repeat.RequestId);
            Assert.Equal(status, repeat.ClaimStatus);
            Assert.Equal(claim, Assert.IsType<Outcome.Granted>(repeat.Outcome).Claim);
        }

        Assert.Single(await world.ClaimsAsync());
    }

    [Fact]
    public async Task A_key_that_comes_back_with_another_body_is_refused_on_whichever_root()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b"), world.Key("k1", "body"));

        foreach (var root in Enumerable.Range(0, 8).Select(n => $"repo:other/{n}").Append("repo:a/b"))
        {
            Assert.IsType<Outcome.KeyReused>(
                await arbiter.DecideAsync(world.Start(root), world.Key("k1", "another body")));
        }

        var anothersKey = world.Key("k1", "another body", agent: 2);
        Assert.IsType<Outcome.Granted>(
            await arbiter.DecideAsync(world.Start("repo:free/one", agent: 2), anothersKey));
        Assert.Equal(2, (await world.ClaimsAsync()).Count);
    }

    [Fact]
    public async Task Thirty_at_once_with_one_key_make_one_claim_and_one_answer()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var replies = await arbiter.AskAllAsync(
            [.. Enumerable.Range(0, 30).Select(n => ((Command)world.Start("repo:a/b"), world.Key("k", "b"), $"r{n}"))]);

        var answers = replies.Cast<Reply.Answered>().ToList();
        Assert.Single(answers, a => !a.Replayed);
        Assert.Single(answers.Select(a => ((Outcome.Granted)a.Outcome).Claim.Id).Distinct());
        Assert.Single(answers.Select(a => a.RequestId).Distinct());
        Assert.Single(await world.ClaimsAsync());
    }

    [Fact]
    public async Task A_key_whose_answer_blamed_the_form_may_be_used_again_and_every_key_after_a_day()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var claim = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b"))).Claim;
        var wrong = new DeclareWorkingSet(world.Agent(), claim.Id, Declaration(Other("repo:x/y")));
        var right = new DeclareWorkingSet(world.Agent(), claim.Id, Declaration(null));

        Assert.IsType<Outcome.Invalid>(await arbiter.DecideAsync(wrong, world.Key("k", "wrong")));
        Assert.IsType<Outcome.WorkingSetDeclared>(await arbiter.DecideAsync(right, world.Key("k", "right")));
        Assert.IsType<Outcome.KeyReused>(await arbiter.DecideAsync(wrong, world.Key("k", "wrong")));
        world.Time.Advance(TimeSpan.FromHours(24));
        Assert.IsType<Outcome.KeyReused>(await arbiter.DecideAsync(wrong, world.Key("k", "wrong")));
        world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<Outcome.ClaimNotActive>(await arbiter.DecideAsync(wrong, world.Key("k", "wrong")));
    }

    [Fact]
    public async Task A_lease_that_ran_out_ends_and_makes_room_in_one_step()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b", seconds: 5));
        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b", agent: 2)));

        Assert.Equal(["expired", "active"], (await world.ClaimsAsync()).Select(c => c.Status));
        Assert.Equal(
            ["ClaimGranted", "ClaimExpired", "ClaimGranted"],
            (await world.EventsAsync()).Select(e => e.Fact.GetType().Name));
    }

    [Fact]
    public async Task Events_count_up_without_a_hole_for_each_root_over_restarts()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        for (var round = 0; round < 6; round++)
        {
            if (round % 2 == 1) arbiter = await world.TakeOverAsync();
            var starts = Enumerable.Range(1, 12).Select(n => world.Start($"repo:a/{n % 3}", n));
            await arbiter.AskAllAsync([.. starts.Select(s => ((Command)s, (IdempotencyStamp?)null, "r"))]);
        }

        var events = await world.EventsAsync();
        Assert.Equal(72, events.Count);
        Assert.Equal(72, events.Select(e => e.EventId).Distinct().Count());
        foreach (var root in events.GroupBy(e => e.Root))
            Assert.Equal(Enumerable.Range(1, root.Count()).Select(n => (long)n), root.Select(e => e.Sequence));
    }

    [Fact]
    public async Task What_comes_after_its_deadline_is_not_decided()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        Assert.IsType<Reply.Undecided>(await arbiter.AskTooLateAsync(world.Start("repo:a/b")));
        Assert.Empty(await world.ClaimsAsync());
    }

    [Fact]
    public async Task A_command_that_the_store_refuses_does_not_spoil_the_others_of_its_batch()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var nameless = world.Start("repo:a/poison") with { Caller = world.Agent() with { AgentName = null! } };
        var replies = await arbiter.AskAllAsync(
            (world.Start("repo:a/one"), null, "r"), (nameless, null, "r"), (world.Start("repo:a/two"), null, "r"));

        Assert.Equal(
            [typeof(Reply.Answered), typeof(Reply.Unknown), typeof(Reply.Answered)], replies.Select(r => r.GetType()));
        Assert.Equal(["repo:a/one", "repo:a/two"], (await world.ClaimsAsync()).Select(c => c.Resource).Order());
        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/poison")));
    }

    [Fact]
    public async Task The_store_itself_refuses_a_second_active_claim_and_a_token_that_shrinks()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var granted = Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b"))).Claim;

        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            var id = ClaimId.Create(world.Time.GetUtcNow(), granted.Id.Slot);
            context.Claims.Add(ClaimRow.Of(granted with { Id = id, FencingToken = granted.FencingToken.Next() }));
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
        }

        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            (await context.Roots.SingleAsync()).LastToken = 0;
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
        }
    }

    private static ResourceRef Other(string resource) =>
        ResourceRef.TryParse(resource, out var parsed, out _) ? parsed : throw new ArgumentException(resource);

    private static WorkingSetDeclaration Declaration(ResourceRef? resource) => new(
        AccessMode.Edit,
        [PathPattern.TryParse("src/a.cs", out var path, out _) ? path : throw new ArgumentException("path")],
        LeaseSeconds: null,
        WorkingSetOperation.Replace,
        resource);
}

public sealed class DecisionsOnSqlite() : DecisionSuite(StorageProvider.Sqlite);

public sealed class DecisionsOnPostgres() : DecisionSuite(StorageProvider.Postgres);
