using Npgsql;

namespace Availsync.Storage;

/// <summary>
/// Has PostgreSQL end the sessions of whoever cannot say good-bye: a process whose network was cut, or that was
/// stopped, in the middle of a transaction. Until then its locks stand, and its successor waits for them.
/// </summary>
/// <remarks>
/// Between its statements such a session is idle in its transaction, and ends three seconds later; no transaction here
/// waits for anything but the database. While its answer is on its way into the void it is not idle but sending: then
/// the network gives up after three seconds without an acknowledgement, or, where there was nothing to acknowledge,
/// after as many of keepalive. A commit that has arrived counts, whether or not its sender hears of it.
/// </remarks>
internal static class StaleSessions
{
    private const string Settings =
        "-c idle_in_transaction_session_timeout=3000 -c tcp_user_timeout=3000"
        + " -c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2";

    /// <summary>The connection string with these settings, except where it has settings of its own.</summary>
    public static string Ended(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(parts.Options)) parts.Options = Settings;
        return parts.ToString();
    }
}
