using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Availsync.Contracts;
using Availsync.Edge.Events;
using Availsync.Edge.Tests.Worlds;
using Availsync.Http;
using Availsync.Views;

namespace Availsync.Edge.Tests.Events;

public sealed class EventViewTests
{
    private static readonly Caller Caller = new(Some.OrgId, Some.Agent.Id, Some.Agent.Name, PersonId: null);

    private static readonly ClaimFact[] Facts =
    [
        new ClaimGranted(Some.Claim(), true), new ClaimExtended(Some.Claim()),
        new ClaimReleased(Some.Claim(ClaimStatus.Released)), new ClaimExpired(Some.Claim(ClaimStatus.Expired)),
        new ClaimPreempted(Some.Claim(ClaimStatus.Preempted), Some.Blocking()),
        new ClaimRevoked(Some.Claim(ClaimStatus.Revoked), Some.PersonId), new WorkingSetChanged(Some.Claim()),
        new RunSkipped(Caller, Some.Resource(), Some.Blocking()), new RunObserved(Caller, Some.Resource(), null),
        new HoldHeld(SomeHold.Of()), new HoldConfirmed(SomeHold.Of(), WasHeld: true), new HoldLapsed(SomeHold.Of()),
        new HoldReleased(SomeHold.Of()), new HoldPreempted(SomeHold.Of(), Winner), new HoldRevoked(SomeHold.Of(), Some.PersonId),
        new HoldBlocked(Caller, SomeHold.Resource(), SomeHold.Window(), Winner),
        new HoldObserved(Caller, SomeHold.Resource(), SomeHold.Window(), null),
    ];

    /// <summary>Every event that is shown, of every kind.</summary>
    internal static IEnumerable<IEventView> Views => Facts.Select(f => EventView.Of(Event(f))).OfType<IEventView>();

    private static BlockingHold Winner => BlockingHold.Of(SomeHold.Of());

    [Fact]
    public void Every_fact_is_shown_under_the_name_it_has_on_the_bus_but_for_observations()
    {
        var names = typeof(ClaimFact).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);
        Assert.Equal(names.Keys.OrderBy(t => t.Name), Facts.Select(f => f.GetType()).OrderBy(t => t.Name));
        foreach (var fact in Facts)
        {
            var view = EventView.Of(Event(fact));
            Assert.Equal(fact is RunObserved or HoldObserved ? null : names[fact.GetType()], view?.Type);
            if (view is not null) Assert.Contains(view.Type, EventType.All);
        }
    }

    [Fact]
    public void A_rehearsal_is_shown_to_nobody()
    {
        Assert.Null(EventView.Of(Event(new ClaimGranted(Some.Claim() with { IsRehearsal = true }, false))));
    }

    [Fact]
    public void A_skipped_run_says_who_was_in_the_way_and_a_preempted_claim_who_displaced_it()
    {
        var skipped = Json(new RunSkipped(Caller, Some.Resource(), Some.Blocking(ownedByYou: true)));
        Assert.Equal(JsonValueKind.Null, skipped.GetProperty("claim").ValueKind);
        Assert.True(skipped.GetProperty("blocking_claim").GetProperty("owned_by_you").GetBoolean());
        var preempted = Json(new ClaimPreempted(Some.Claim(ClaimStatus.Preempted), Some.Blocking()));
        Assert.Equal("preempted", preempted.GetProperty("claim").GetProperty("status").GetString());
        Assert.Equal("other", preempted.GetProperty("preempted_by").GetProperty("agent_name").GetString());
    }

    [Fact]
    public void The_members_are_those_of_the_contract_in_their_order()
    {
        Assert.Equal(
            [
                "event_id", "type", "org_id", "root", "sequence", "at", "request_id", "agent_id", "agent_name",
                "resource_type", "resource_key", "resource", "claim", "blocking_claim", "preempted_by",
            ],
            Json(Facts[0]).EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void A_hold_is_shown_as_it_is_and_one_that_was_refused_says_who_was_in_the_way()
    {
        var held = Json(new HoldHeld(SomeHold.Of()));
        Assert.Equal(
            [
                "event_id", "type", "org_id", "root", "sequence", "at", "request_id", "agent_id", "agent_name",
                "resource", "hold", "window", "blocking_hold", "preempted_by",
            ],
            held.EnumerateObject().Select(p => p.Name));
        Assert.Equal("calendar:jane", held.GetProperty("hold").GetProperty("resource").GetString());
        var refused = Json(new HoldBlocked(Caller, SomeHold.Resource(), SomeHold.Window(), Winner));
        Assert.Equal(JsonValueKind.Null, refused.GetProperty("hold").ValueKind);
        Assert.Equal(SomeHold.Id.Value, refused.GetProperty("blocking_hold").GetProperty("id").GetGuid());
        Assert.Equal(["starts_at", "ends_at"], refused.GetProperty("window").EnumerateObject().Select(p => p.Name));
    }

    private static JsonElement Json(ClaimFact fact)
    {
        var view = EventView.Of(Event(fact))!;
        return JsonSerializer.SerializeToElement(view, view.GetType(), WireJson.Options);
    }

    private static ClaimEvent Event(ClaimFact fact) =>
        new(Some.Id(1), Some.OrgId, "repo:owner/repo", 1, Some.Now, "r", fact);
}
