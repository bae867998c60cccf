using Availsync.Arbiter.Agents;
using Availsync.Arbiter.Partitions;
using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Arbiter.Tests.Agents;

/// <summary>An agent that is disabled or deleted holds nothing any more and gets nothing new.</summary>
public abstract class AgentSuite(StorageProvider provider)
{
    [Fact]
    public async Task Its_active_claims_end_as_revoked_and_its_next_start_is_refused()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:a/b"));
        await arbiter.DecideAsync(world.Start("repo:a/c"));
        await arbiter.DecideAsync(world.Start("repo:a/d", agent: 2));

        await EndAsync(world, arbiter, world.Time.GetUtcNow());

        var claims = await world.ClaimsAsync();
        Assert.Equal(
            [("repo:a/b", "revoked"), ("repo:a/c", "revoked"), ("repo:a/d", "active")],
            claims.Select(c => (c.Resource, c.Status)).Order());
        Assert.IsType<Outcome.Forbidden>(await arbiter.DecideAsync(world.Start("repo:a/e")));
        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b", agent: 2)));
    }

    [Fact]
    public async Task An_agent_that_may_act_again_does_and_a_late_message_does_not_undo_it()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var at = world.Time.GetUtcNow();
        await EndAsync(world, arbiter, at);
        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            await new AgentMessages(context, new Direct(arbiter), world.Time).HandleAsync(
                new AgentResumed(world.OrgId, world.Agent().AgentId, at.AddSeconds(1)), default);
        }

        Assert.IsType<Outcome.Granted>(await arbiter.DecideAsync(world.Start("repo:a/b")));
        await EndAsync(world, arbiter, at);
        Assert.Equal("active", Assert.Single(await world.ClaimsAsync()).Status);
    }

    [Fact]
    public async Task However_starts_and_the_end_meet_no_claim_of_the_agent_stays()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var starts = Enumerable.Range(0, 40).Select(n => arbiter.AskAsync(world.Start($"repo:a/{n}"))).ToList();
        await EndAsync(world, arbiter, world.Time.GetUtcNow());
        await Task.WhenAll(starts);
        Assert.DoesNotContain(await world.ClaimsAsync(), c => c.Status == "active");
    }

    private static async Task EndAsync(ArbiterWorld world, ArbiterWorld.Instance arbiter, DateTimeOffset at)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        await new AgentMessages(context, new Direct(arbiter), world.Time).HandleAsync(
            new AgentEnded(world.OrgId, world.Agent().AgentId, at), default);
    }

    private sealed class Direct(ArbiterWorld.Instance arbiter) : IPartitionCommands
    {
        public Task SendAsync(Command command, CancellationToken cancellationToken) => arbiter.AskAsync(command);

        public Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken) =>
            arbiter.DecideAsync(command);
    }
}

public sealed class AgentsOnSqlite() : AgentSuite(StorageProvider.Sqlite);

public sealed class AgentsOnPostgres() : AgentSuite(StorageProvider.Postgres);
