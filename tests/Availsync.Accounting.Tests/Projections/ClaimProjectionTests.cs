using System.Text.Json.Nodes;
using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class ClaimProjectionTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Every_fact_moves_its_sum_and_is_audited_with_who_did_it(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (org, agent) = (ada.OrgId, Facts.NewId());
        var caller = new Caller(org, agent, "nightly-codex", null);
        var by = Facts.Blocking(org);
        ClaimEvent[] events =
        [
            Facts.Event(org, new ClaimGranted(Facts.Claim(org, agent), ProtectsResource: true)),
            Facts.Event(org, new ClaimExtended(Facts.Claim(org, agent))),
            Facts.Event(org, new WorkingSetChanged(Facts.Claim(org, agent))),
            Facts.Event(org, new ClaimReleased(Facts.Claim(org, agent, ClaimStatus.Released, minutes: 30))),
            Facts.Event(org, new ClaimExpired(Facts.Claim(org, agent, ClaimStatus.Expired, minutes: 60))),
            Facts.Event(org, new ClaimPreempted(Facts.Claim(org, agent, ClaimStatus.Preempted, minutes: 1.5), by)),
            Facts.Event(org, new ClaimRevoked(Facts.Claim(org, agent, ClaimStatus.Revoked, minutes: 1), ada.UserId)),
            Facts.Event(org, new RunSkipped(caller, Facts.Resource("repo:owner/repo"), by), person: ada.UserId),
            Facts.Event(org, new RunObserved(caller, Facts.Resource("repo:owner/repo"), by)),
            Facts.Event(org, new RunObserved(caller, Facts.Resource("repo:owner/repo"), null)),
        ];

        await HandleAsync(host, events);

        var day = Assert.Single(await DaysAsync(host, org));
        Assert.Equal(
            (1L, 1L, 1L, 1L, 92.5 * 60_000),
            (day.RunsStarted, day.RunsSkipped, day.ObservedConflicts, day.ConflictsPrevented, day.GuardedMilliseconds));
        await using var db = host.Db();
        var audit = await db.Audit.AsNoTracking().Where(row => row.OrgId == org && row.AgentId == agent)
            .ToListAsync();
        Assert.Equal(
            [
                ("claim.expired", ActorKind.System, null), ("claim.granted", ActorKind.Agent, "nightly-codex"),
                ("claim.preempted", ActorKind.Agent, by.AgentName), ("claim.released", ActorKind.Agent, "nightly-codex"),
                ("claim.revoked", ActorKind.Person, ada.Email), ("run.observed", ActorKind.Agent, "nightly-codex"),
                ("run.observed", ActorKind.Agent, "nightly-codex"), ("run.skipped", ActorKind.Person, ada.Email),
            ],
            audit.Select(row => (row.Type, row.ActorKind, row.ActorName))
                .OrderBy(row => row.Type, StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Events_that_come_again_in_other_batches_count_once(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        var events = Enumerable.Range(0, 2500)
            .Select(_ => Facts.Event(org, new ClaimGranted(Facts.Claim(org, agent), false))).ToArray();

        await HandleAsync(host, events);
        await HandleAsync(host, events[1000..]);
        await HandleAsync(host, [.. events[..10], events[3], .. events[2400..]]);

        Assert.Equal(2500, Assert.Single(await DaysAsync(host, org)).RunsStarted);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task The_same_batch_at_two_instances_at_once_counts_once(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        var events = Enumerable.Range(0, 200)
            .Select(_ => Facts.Event(org, new ClaimGranted(Facts.Claim(org, agent), false))).ToArray();

        var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() => TryHandleAsync(host, events)));
        Assert.Contains(true, await Task.WhenAll(runs));

        Assert.Equal(200, Assert.Single(await DaysAsync(host, org)).RunsStarted);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_rehearsal_leaves_no_trace(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        var rehearsal = Facts.Claim(org, agent) with { IsRehearsal = true };

        await HandleAsync(
            host,
            Facts.Event(org, new ClaimGranted(rehearsal, false)),
            Facts.Event(org, new ClaimReleased(rehearsal with { Status = ClaimStatus.Released, EndedAt = Facts.Morning })));

        Assert.Empty(await DaysAsync(host, org));
        await using var db = host.Db();
        Assert.False(await db.Audit.AnyAsync(row => row.OrgId == org));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_workspace_sees_its_own_facts_alone(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (ada, eve) = (await host.SignUpAsync(), await host.SignUpAsync());
        var agent = Facts.NewId();
        await HandleAsync(host, Facts.Event(ada.OrgId, new ClaimGranted(Facts.Claim(ada.OrgId, agent), true)));

        Assert.Equal(1, await TotalAsync(ada, $"/v1/audit?type=claim.granted&agent_id={agent}"));
        Assert.Equal(0, await TotalAsync(eve, "/v1/audit?type=claim.granted"));
        Assert.Equal(404, (await eve.GetAsync($"/v1/audit?agent_id={agent}")).Status);
        Assert.Equal(0, (int)(await eve.GetAsync("/v1/value/health")).Json["runs_started"]!);
    }

    private static async Task<int> TotalAsync(Visitor visitor, string path) =>
        (int)((JsonObject)(await visitor.GetAsync(path)).Json)["pagination"]!["total"]!;

    private static async Task HandleAsync(AccountingHost host, params ClaimEvent[] events)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ClaimProjection>().HandleAsync(new ClaimEvents(events), default);
    }

    /// <summary>The loser of a race fails, and would be given the message again.</summary>
    private static async Task<bool> TryHandleAsync(AccountingHost host, ClaimEvent[] events)
    {
        try
        {
            await HandleAsync(host, events);
            return true;
        }
        catch (DbUpdateException)
        {
            return false;
        }
    }

    private static async Task<List<DailyRow>> DaysAsync(AccountingHost host, Guid org)
    {
        await using var db = host.Db();
        return await db.Daily.AsNoTracking().Where(row => row.OrgId == org).ToListAsync();
    }
}
