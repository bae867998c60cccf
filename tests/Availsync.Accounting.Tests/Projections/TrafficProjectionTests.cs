using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class TrafficProjectionTests(Hosts hosts) : IClassFixture<Hosts>
{
    private const int Burst = 100_000;
    private const int InMessage = 500;

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_burst_of_a_hundred_thousand_records_is_there_once_each(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        for (var sent = 0; sent < Burst; sent += InMessage)
        {
            var records = Enumerable.Range(sent, InMessage)
                .Select(n => Facts.Record(org, agent, at: Facts.Morning.AddMilliseconds(n))).ToArray();
            await HandleAsync(host, records);
            if (sent % 10_000 == 0) await HandleAsync(host, records); // The broker gives some out again.
        }

        await using var db = host.Db();
        Assert.Equal(Burst, await db.Activity.CountAsync(row => row.OrgId == org));
        Assert.Equal(Burst, (await db.Daily.SingleAsync(row => row.OrgId == org)).Calls);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Sums_tell_rejected_calls_from_blocked_declarations(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        await HandleAsync(
            host,
            Facts.Record(org, agent),
            Facts.Record(org, agent, "run.start", TrafficStatus.Blocked),
            Facts.Record(org, agent, "run.working_set", TrafficStatus.Blocked, httpStatus: 409),
            Facts.Record(org, agent, "run.extend", TrafficStatus.Blocked, httpStatus: 409),
            Facts.Record(org, agent, "run.start", TrafficStatus.Rejected, httpStatus: 400),
            Facts.Record(org, agent, "run.start", TrafficStatus.Failed, httpStatus: 503),
            Facts.Record(org, agent, "run.start", TrafficStatus.Limited, httpStatus: 402),
            Facts.Record(org, null, at: Facts.Morning.AddDays(1)));

        await using var db = host.Db();
        var days = await db.Daily.AsNoTracking().Where(row => row.OrgId == org).OrderBy(row => row.Day).ToListAsync();
        Assert.Equal(
            [(agent, 7L, 2L, 2L), (Guid.Empty, 1L, 0L, 0L)],
            days.ConvertAll(day => (day.AgentId, day.Calls, day.Errors, day.ConflictsPrevented)));
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task An_agent_was_last_seen_at_its_latest_call_whatever_comes_late(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (path, _, key) = await ada.CreateAgentAsync();
        var agent = Guid.Parse(path[^36..]);
        await new Visitor(host) { ApiKey = key }.PostAsync(
            "/v1/mcp/heartbeat", new { client_name = "codex", client_version = "1.2" });
        var late = host.Time.GetUtcNow().AddMinutes(5);

        await HandleAsync(host, Facts.Record(ada.OrgId, agent, at: late));
        await HandleAsync(host, Facts.Record(ada.OrgId, agent, at: late.AddMinutes(-3)));
        await HandleAsync(host, Facts.Record(ada.OrgId, Facts.NewId(), at: late)); // Deleted meanwhile.

        await using var db = host.Db();
        Assert.Equal(late, (await db.Agents.SingleAsync(row => row.Id == agent)).LastSeenAt);
        var page = await ada.GetAsync($"/v1/activity?agent_id={agent}&limit=1");
        Assert.Equal("codex", (string)page.Json["activity"]![0]!["client_name"]!);

        var byPerson = Facts.Record(ada.OrgId, agent, at: late.AddMinutes(1)) with { PersonId = Facts.NewId() };
        await HandleAsync(host, byPerson);
        page = await ada.GetAsync($"/v1/activity?agent_id={agent}&limit=1");
        Assert.Null(page.Json["activity"]![0]!["client_name"]);
        Assert.True((bool)page.Json["pagination"]!["has_more"]!);
    }

    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task A_batch_that_fails_half_way_is_there_once_when_it_comes_again(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var (org, agent) = (Facts.NewId(), Facts.NewId());
        var sound = Facts.Record(org, agent);
        var broken = Facts.Record(org, agent) with { Endpoint = null! };

        await Assert.ThrowsAnyAsync<Exception>(() => HandleAsync(host, sound, broken));
        await using (var db = host.Db()) Assert.False(await db.Daily.AnyAsync(row => row.OrgId == org));
        await HandleAsync(host, sound, broken with { Endpoint = "GET /v1/me" });

        await using var after = host.Db();
        Assert.Equal(2, (await after.Daily.SingleAsync(row => row.OrgId == org)).Calls);
        Assert.Equal(2, await after.Activity.CountAsync(row => row.OrgId == org));
    }

    private static async Task HandleAsync(AccountingHost host, params TrafficRecord[] records)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TrafficProjection>()
            .HandleAsync(new TrafficRecords(records), default);
    }
}
