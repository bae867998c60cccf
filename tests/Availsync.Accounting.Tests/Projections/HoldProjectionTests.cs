using Availsync.Contracts;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Availsync.Accounting.Tests;

public sealed class HoldProjectionTests(Hosts hosts) : IClassFixture<Hosts>
{
    [Theory, MemberData(nameof(Stores.Both), MemberType = typeof(Stores))]
    public async Task Every_fact_of_a_hold_is_audited_with_who_did_it_and_conflicts_are_counted(StorageProvider store)
    {
        var host = await hosts.OnAsync(store);
        var ada = await host.SignUpAsync();
        var (org, agent) = (ada.OrgId, Facts.NewId());
        var caller = new Caller(org, agent, "nightly-codex", null);
        var hold = Hold(org, agent);
        var by = BlockingHold.Of(Hold(org, Facts.NewId()) with { AgentName = "claude" });
        ClaimEvent[] events =
        [
            Facts.Event(org, new HoldHeld(hold)),
            Facts.Event(org, new HoldConfirmed(hold, WasHeld: true)),
            Facts.Event(org, new HoldLapsed(hold)),
            Facts.Event(org, new HoldReleased(hold)),
            Facts.Event(org, new HoldPreempted(hold, by)),
            Facts.Event(org, new HoldRevoked(hold, ada.UserId)),
            Facts.Event(org, new HoldBlocked(caller, hold.Resource, hold.Window, by)),
            Facts.Event(org, new HoldObserved(caller, hold.Resource, hold.Window, by)),
            Facts.Event(org, new HoldObserved(caller, hold.Resource, hold.Window, WouldBeBlockedBy: null)),
        ];

        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<ClaimProjection>()
                .HandleAsync(new ClaimEvents(events), CancellationToken.None);
        }

        await using var db = host.Db();
        var audit = await db.Audit.AsNoTracking().Where(row => row.OrgId == org && row.AgentId == agent).ToListAsync();
        Assert.Equal(
            [
                ("hold.blocked", ActorKind.Agent, "nightly-codex"), ("hold.confirmed", ActorKind.Agent, "nightly-codex"),
                ("hold.held", ActorKind.Agent, "nightly-codex"), ("hold.lapsed", ActorKind.System, null),
                ("hold.observed", ActorKind.Agent, "nightly-codex"), ("hold.observed", ActorKind.Agent, "nightly-codex"),
                ("hold.preempted", ActorKind.Agent, "claude"), ("hold.released", ActorKind.Agent, "nightly-codex"),
                ("hold.revoked", ActorKind.Person, ada.Email),
            ],
            audit.Select(row => (row.Type, row.ActorKind, row.ActorName))
                .OrderBy(row => row.Type, StringComparer.Ordinal));
        Assert.All(audit, row => Assert.Equal(("calendar:jane", null), (row.Resource, row.ClaimId)));
        var day = await db.Daily.AsNoTracking().SingleAsync(row => row.OrgId == org);
        Assert.Equal(
            (0L, 0L, 1L, 1L, 0L),
            (day.RunsStarted, day.RunsSkipped, day.ObservedConflicts, day.ConflictsPrevented, day.GuardedMilliseconds));
    }

    private static Hold Hold(Guid org, Guid agent)
    {
        Assert.True(HoldResource.TryParse("calendar:jane", out var resource, out _));
        Assert.True(HoldWindow.TryCreate(
            Facts.Morning.AddHours(1), Facts.Morning.AddHours(2), out var window, out _));
        return new Hold(
            new HoldId(Facts.NewId()), org, agent, "nightly-codex", resource, HoldStatus.Held, 100, null, window,
            Facts.Morning.AddMinutes(10), new FencingToken(7), Facts.Morning, "{}");
    }
}
