using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting.Tests;

internal sealed class RecordingOutbox : IOutbox
{
    public ConcurrentQueue<object> Messages { get; } = [];
    public void Enqueue(DbContext db, object message) => Messages.Enqueue(message);
    public void Committed() { }
}
