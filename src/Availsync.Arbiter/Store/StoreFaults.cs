using System.Data.Common;
using System.Net.Sockets;

namespace Availsync.Arbiter.Store;

/// <summary>Which faults blame the store and not the commands.</summary>
internal static class StoreFaults
{
    /// <summary>
    /// Whether the store could not be reached or asked to try again: trying each command alone would not help.
    /// </summary>
    public static bool IsUnreachable(Exception? exception) => exception switch
    {
        null => false,
        DbException { IsTransient: true } or SocketException or TimeoutException or IOException => true,
        _ => IsUnreachable(exception.InnerException),
    };
}
