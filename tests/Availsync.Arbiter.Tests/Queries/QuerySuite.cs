using Availsync.Arbiter.Queries;
using Availsync.Contracts;
using Availsync.Storage;

namespace Availsync.Arbiter.Tests.Queries;

/// <summary>Reads see what was answered, and nothing of another workspace.</summary>
public abstract class QuerySuite(StorageProvider provider)
{
    [Fact]
    public async Task Claims_come_newest_first_in_pages_and_filtered()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var ids = new List<ClaimId>();
        for (var n = 0; n < 5; n++)
        {
            var granted = Assert.IsType<Outcome.Granted>(
                await arbiter.DecideAsync(world.Start($"repo:a/{n}", agent: 1 + (n % 2), seconds: n == 0 ? 5 : 60)));
            ids.Insert(0, granted.Claim.Id);
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await arbiter.DecideAsync(new FinishRun(world.Agent(2), ids[1], RunOutcome.Succeeded, "done"));
        var all = await ListAsync(world, new ListClaims(world.OrgId, null, null, null, 2, 1));
        Assert.Equal(5, all.Total);
        Assert.Equal([ids[1], ids[2]], all.Claims.Select(c => c.Id));
        Assert.Equal(ids[1], Assert.Single((await ListAsync(world, Of(world, ClaimStatus.Released))).Claims).Id);
        Assert.Equal(ids[4], Assert.Single((await ListAsync(world, Of(world, ClaimStatus.Expired))).Claims).Id);
        Assert.Equal(3, (await ListAsync(world, Of(world, ClaimStatus.Active))).Total);
        var own = await ListAsync(world, Of(world, null) with { AgentId = world.Agent(2).AgentId });
        Assert.Equal([ids[1], ids[3]], own.Claims.Select(c => c.Id));
        Assert.Empty((await ListAsync(world, Of(world, null) with { OrgId = Guid.Empty })).Claims);
    }

    [Fact]
    public async Task A_claim_is_found_by_its_id_in_its_own_workspace_only_and_is_expired_from_its_expiry_on()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        var claim = Assert.IsType<Outcome.Granted>(
            await arbiter.DecideAsync(world.Start("repo:Owner/Repo", seconds: 5))).Claim;

        Assert.Equal(claim, await FindAsync(world, world.OrgId, claim.Id));
        Assert.Null(await FindAsync(world, Guid.Empty, claim.Id));
        world.Time.Advance(TimeSpan.FromSeconds(5));
        var expired = await FindAsync(world, world.OrgId, claim.Id);
        Assert.Equal((ClaimStatus.Expired, claim.ExpiresAt), (expired!.Status, expired.EndedAt));
    }

    [Fact]
    public async Task Resources_show_their_first_spelling_and_what_is_active_by_now()
    {
        await using var world = await ArbiterWorld.OpenAsync(provider);
        var arbiter = await world.TakeOverAsync();
        await arbiter.DecideAsync(world.Start("repo:Owner/Repo", seconds: 5));
        world.Time.Advance(TimeSpan.FromSeconds(6));
        await arbiter.DecideAsync(world.Start("project:plain"));
        await using (var context = await world.Contexts.CreateDbContextAsync())
        {
            var page = await new ResourceQueries(context, world.Time).HandleAsync(
                new ListResources(world.OrgId, 10, 0), default);
            Assert.Equal(
                [("project:plain", 1), ("repo:Owner/Repo", 0)],
                page.Resources.Select(r => (r.Resource.ToString(), r.ActiveClaims)));
            Assert.Equal(2, page.Total);
        }

        world.Time.Advance(TimeSpan.FromSeconds(1));
        await arbiter.DecideAsync(world.Start("repo:OWNER/REPO"));
        await using var later = await world.Contexts.CreateDbContextAsync();
        var first = (await new ResourceQueries(later, world.Time).HandleAsync(
            new ListResources(world.OrgId, 1, 0), default)).Resources[0];
        Assert.Equal(("repo:Owner/Repo", 1), (first.Resource.ToString(), first.ActiveClaims));
        Assert.Equal(world.Time.GetUtcNow(), first.LastClaimedAt);
    }

    private static ListClaims Of(ArbiterWorld world, ClaimStatus? status) =>
        new(world.OrgId, null, status, null, 100, 0);

    private static async Task<ClaimPage> ListAsync(ArbiterWorld world, ListClaims request)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return await new ClaimQueries(context, world.Time).HandleAsync(request, default);
    }

    private static async Task<Claim?> FindAsync(ArbiterWorld world, Guid orgId, ClaimId id)
    {
        await using var context = await world.Contexts.CreateDbContextAsync();
        return (await new ClaimQueries(context, world.Time).HandleAsync(new GetClaim(orgId, id), default)).Claim;
    }
}

public sealed class QueriesOnSqlite() : QuerySuite(StorageProvider.Sqlite);

public sealed class QueriesOnPostgres() : QuerySuite(StorageProvider.Postgres);
