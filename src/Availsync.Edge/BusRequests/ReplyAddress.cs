using System.Text;

namespace Availsync.Edge.BusRequests;

/// <summary>
/// Which queues a reply may go to. A reply is published with the rights of the service, so an address decides what a
/// stranger can have it write to: no queue of the service's own.
/// </summary>
internal static class ReplyAddress
{
    private const int BytesMax = 255;

    /// <summary>What the broker itself names: direct replies, and queues declared without a name.</summary>
    private static readonly string[] Brokers = ["amq.rabbitmq.reply-to.", "amq.gen-"];

    /// <summary>
    /// What is not a client's: names that the protocol reserves, and those that the services' queues and exchanges
    /// begin with.
    /// </summary>
    private static readonly string[] Reserved =
        ["amq.", "availsync", "arbiter", "accounting", "masstransit"];

    /// <summary>Whether a reply may be published to the queue.</summary>
    public static bool IsAllowed(string queue)
    {
        if (queue.Length == 0 || Encoding.UTF8.GetByteCount(queue) > BytesMax) return false;
        if (queue.Any(char.IsControl)) return false;
        var own = Reserved.Any(prefix => queue.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        return !own || Brokers.Any(prefix =>
            queue.Length > prefix.Length && queue.StartsWith(prefix, StringComparison.Ordinal));
    }
}
