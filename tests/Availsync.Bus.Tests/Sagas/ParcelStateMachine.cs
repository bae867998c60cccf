using MassTransit;

namespace Availsync.Bus.Tests.Sagas;

public sealed record ParcelPosted(Guid Parcel, string Town);

public sealed record ParcelSeen(Guid Parcel);

public sealed record ParcelDelivered(Guid Parcel);

/// <summary>Changes the parcel, sets a timer and then fails.</summary>
public sealed record ParcelDropped(Guid Parcel);

/// <summary>Concerns every parcel of a town.</summary>
public sealed record TownRenamed(string Old, string New);

/// <summary>Sets the parcel's timer, in place of one that is set already.</summary>
public sealed record ParcelPromised(Guid Parcel, DateTimeOffset By);

public sealed record ParcelPromiseWithdrawn(Guid Parcel);

public sealed record ParcelOverdue(Guid Parcel);

public sealed class Parcel : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string Town { get; set; } = "";

    public int TimesSeen { get; set; }

    public int TimesOverdue { get; set; }

    public Guid? OverdueToken { get; set; }
}

/// <summary>
/// The saga of these tests: a parcel is posted, seen any number of times, perhaps promised, and delivered.
/// </summary>
public sealed class ParcelStateMachine : MassTransitStateMachine<Parcel>
{
    public ParcelStateMachine()
    {
        InstanceState(parcel => parcel.CurrentState);
        Event(() => Posted, x => x.CorrelateById(m => m.Message.Parcel));
        Event(() => Seen, x => x.CorrelateById(m => m.Message.Parcel));
        Event(() => Delivered, x => x.CorrelateById(m => m.Message.Parcel).OnMissingInstance(m => m.Discard()));
        Event(() => Dropped, x => x.CorrelateById(m => m.Message.Parcel));
        Event(() => Renamed, x => x.CorrelateBy((parcel, m) => parcel.Town == m.Message.Old)
            .OnMissingInstance(m => m.Discard()));
        Event(() => Promised, x => x.CorrelateById(m => m.Message.Parcel));
        Event(() => Withdrawn, x => x.CorrelateById(m => m.Message.Parcel));
        Schedule(() => Overdue, parcel => parcel.OverdueToken, x => x.Received = e =>
            e.CorrelateById(m => m.Message.Parcel).OnMissingInstance(m => m.Discard()));

        Initially(
            When(Posted).Then(c => c.Saga.Town = c.Message.Town).TransitionTo(OnItsWay),
            When(Seen).Then(c => c.Saga.TimesSeen++).TransitionTo(OnItsWay));
        During(OnItsWay,
            When(Posted).Then(c => c.Saga.Town = c.Message.Town),
            When(Seen).Then(c => c.Saga.TimesSeen++),
            When(Renamed).Then(c => c.Saga.Town = c.Message.New),
            When(Promised).Schedule(
                Overdue, c => new ParcelOverdue(c.Saga.CorrelationId), c => c.Message.By.UtcDateTime),
            When(Withdrawn).Unschedule(Overdue),
            When(Overdue.Received).Then(c => c.Saga.TimesOverdue++),
            When(Dropped)
                .Then(c => c.Saga.Town = "nowhere")
                .Schedule(Overdue, c => new ParcelOverdue(c.Saga.CorrelationId), _ => DateTime.UnixEpoch)
                .Then(_ => throw new InvalidOperationException("dropped")),
            When(Delivered).Unschedule(Overdue).Finalize());
        SetCompletedWhenFinalized();
    }

    public State OnItsWay { get; private set; } = null!;

    public Event<ParcelPosted> Posted { get; private set; } = null!;

    public Event<ParcelSeen> Seen { get; private set; } = null!;

    public Event<ParcelDelivered> Delivered { get; private set; } = null!;

    public Event<ParcelDropped> Dropped { get; private set; } = null!;

    public Event<TownRenamed> Renamed { get; private set; } = null!;

    public Event<ParcelPromised> Promised { get; private set; } = null!;

    public Event<ParcelPromiseWithdrawn> Withdrawn { get; private set; } = null!;

    public Schedule<Parcel, ParcelOverdue> Overdue { get; private set; } = null!;
}
