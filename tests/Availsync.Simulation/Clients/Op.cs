using Availsync.Contracts;

namespace Availsync.Simulation.Clients;

/// <summary>One call of a client, however often it has to be repeated.</summary>
internal sealed class Op(string id, Command command, IdempotencyStamp? key)
{
    /// <summary>
    /// Unique in a run; has a <c>w</c> where the call waits for its turn, and ends with <c>k</c> where it has an
    /// idempotency key.
    /// </summary>
    public string Id { get; } = id;

    public Command Command { get; } = command;

    public IdempotencyStamp? Key { get; } = key;

    public int Attempts { get; set; }

    /// <summary>The last time it was sent: a reply to an earlier one comes too late to be acted upon.</summary>
    public int Asked { get; set; }

    public string RequestId => $"{Id}/{Attempts}";

    public DateTimeOffset Deadline { get; set; }

    /// <summary>When to ask again, before the deadline; null where a reply is waited for.</summary>
    public DateTimeOffset? AskAgainAt { get; set; }

    public Guid Attendance { get; set; }

    public Guid? Ticket { get; set; }

    public DateTimeOffset? WaitUntil { get; set; }

    /// <summary>The first final answer, as text; every later one under the same key has to be the same.</summary>
    public string? Answer { get; set; }

    public bool IsOver { get; set; }

    public override string ToString() => $"{Id} {Command.GetType().Name}";

    public static string? IdOf(string? requestId) => requestId?.Split('/')[0];

    public static bool HasKey(string opId) => opId.EndsWith('k');

    public static bool Waits(string opId) => opId.Contains('w');
}
