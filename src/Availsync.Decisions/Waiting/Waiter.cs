using Availsync.Contracts;

namespace Availsync.Decisions;

/// <summary>A place in the queue of a root: of a start that waits, or whose caller has gone for a moment.</summary>
/// <param name="Ticket">Names the place. It becomes the id of the claim, when there is one.</param>
/// <param name="Request">The start, as it was last asked.</param>
/// <param name="ArrivedAt">When the place was taken; what keeps it does not change that.</param>
/// <param name="Number">Grows with every place that is taken: of two in the same moment, the first goes first.</param>
/// <param name="PresentUntil">
/// So long somebody waits here. Afterwards the place keeps its order for a while but holds up nobody and is not served.
/// </param>
public sealed record Waiter(
    Guid Ticket, StartRun Request, DateTimeOffset ArrivedAt, long Number, DateTimeOffset PresentUntil)
{
    /// <summary>For so long a ticket keeps the place of one who has stopped waiting.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For so long an answer waits to be fetched: longer than a door needs that hears of it late. Then nobody can be told
    /// any more, and a grant is released.
    /// </summary>
    public static readonly TimeSpan AnswerKeptFor = TimeSpan.FromSeconds(5);

    /// <summary>What it was told, or null while it waits. Kept until it is fetched.</summary>
    public Outcome? Answer { get; init; }

    /// <summary>When the answer is not kept any longer.</summary>
    public DateTimeOffset AnswerUntil { get; init; }

    /// <summary>Priority is a head start in seconds, so that nobody starves. The earlier one goes first.</summary>
    public DateTimeOffset Turn => ArrivedAt.AddSeconds(-Request.Priority);

    /// <summary>When nothing is left of the place, if nothing happens before.</summary>
    public DateTimeOffset KeptUntil => Answer is null ? PresentUntil + KeptFor : AnswerUntil;

    /// <summary>Whether somebody stands here and has not been told anything.</summary>
    public bool IsWaiting(DateTimeOffset now) => Answer is null && now < PresentUntil;

    /// <summary>Whether it goes before <paramref name="other"/>; of two of one turn, the one that came first.</summary>
    public bool GoesBefore(Waiter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Turn != other.Turn ? Turn < other.Turn
            : ArrivedAt != other.ArrivedAt ? ArrivedAt < other.ArrivedAt
            : Number < other.Number;
    }
}
