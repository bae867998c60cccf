using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>Messages that leave if, and only if, the transaction that they were put into commits.</summary>
internal interface IOutbox
{
    /// <summary>Puts a message into the transaction of <paramref name="db"/>.</summary>
    void Enqueue(DbContext db, object message);

    /// <summary>Says that a transaction with messages has committed, so that they leave at once.</summary>
    void Committed();
}
