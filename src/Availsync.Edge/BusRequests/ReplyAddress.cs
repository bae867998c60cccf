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
    private const string Direct = "amq.rabbitmq.reply-to.";

    private const string Generated = "amq.gen-";

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
        if (queue.Any(c => char.IsControl(c) || c == '\uFFFD')) return false;
        if (queue.StartsWith(Direct, StringComparison.Ordinal)) return IsDirect(queue[Direct.Length..]);
        if (queue.StartsWith(Generated, StringComparison.Ordinal)) return queue.Length > Generated.Length;
        return !Reserved.Any(prefix => queue.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// A process in Erlang's external term format, and a key, both in base64. RabbitMQ reads the first part without much
    /// care, and ends the connection of whoever sends it something else.
    /// </summary>
    private static bool IsDirect(string name)
    {
        const byte version = 131;
        const byte pid = 103;
        const byte newPid = 88;
        return name.Split('.') is [var process, var key] && key.Length > 0
            && TryDecode(process) is [version, pid or newPid, ..] && TryDecode(key) is not null;
    }

    private static byte[]? TryDecode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : null;
    }
}
