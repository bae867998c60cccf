namespace Availsync.Edge;

/// <summary>How the edge behaves: the section <c>Edge</c> of the configuration.</summary>
public sealed class EdgeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Edge";

    /// <summary>Within how many seconds a call is answered, if only with 503; 1 to 60.</summary>
    public int AnswerWithinSeconds { get; set; } = 5;

    /// <summary>How many commands may wait in one lane before more are refused with 503.</summary>
    public int LaneQueueMax { get; set; } = 4096;

    /// <summary>
    /// How many calls may wait for their turn here at a time; more are answered at once, as if they did not wish to wait.
    /// </summary>
    public int WaitingMax { get; set; } = 10_000;

    /// <summary>How many requests of the bus are worked on at a time; 1 to 10 000.</summary>
    public int BusRequestsMax { get; set; } = 256;

    /// <summary>
    /// How many starts of the bus may wait for their turn beside those; more are answered at once, as if they did not
    /// wish to wait. 0 to 50 000.
    /// </summary>
    public int BusWaitingMax { get; set; } = 2_000;

    /// <summary>How many principals are remembered, and how many agents.</summary>
    public int PrincipalsMax { get; set; } = 20_000;

    /// <summary>
    /// How many records of calls may wait to be published, before new ones are dropped: the memory that a broker that
    /// is away may cost.
    /// </summary>
    public int TrafficQueueMax { get; set; } = 200_000;

    /// <summary>For how many milliseconds records of calls gather between two messages; 0 to 5 000.</summary>
    public int TrafficGatherMilliseconds { get; set; } = 200;

    /// <summary>
    /// Origins beside the service's own whose pages may call with a session cookie, such as
    /// <c>https://dashboard.example.com</c>.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// The networks of the proxies in front, such as <c>10.1.2.0/24</c>. What comes from there is taken for a call of
    /// the client that its last <c>X-Forwarded-For</c> names, by the scheme of <c>X-Forwarded-Proto</c>; from
    /// elsewhere these headers mean nothing.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>
    /// When a caller is told 503: a little before the promise, since telling takes time too.
    /// </summary>
    internal TimeSpan Patience => TimeSpan.FromSeconds(AnswerWithinSeconds) * 0.9;

    /// <summary>How long accounting may take: most of it, so that a slow look-up still leaves time to decide.</summary>
    internal TimeSpan AccountingPatience => Patience * 0.8;
}

/// <summary>How the work is cut: the section <c>Partitions</c>, the same for every edge and arbiter.</summary>
public sealed class PartitionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Partitions";

    /// <summary>The number of partitions, 1 to 1024. Changing it needs a drained bus.</summary>
    public int Count { get; set; } = 16;
}

/// <summary>How much a caller may ask for: the section <c>RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "RateLimits";

    /// <summary>Requests a second of one key, in the long run; twice that at once. 0 switches the limit off.</summary>
    public int PerKeyPerSecond { get; set; } = 100;
}

/// <summary>Where accounting is: the section <c>Accounting</c>.</summary>
public sealed class AccountingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Accounting";

    /// <summary>The base address of accounting's HTTP API, or several, separated by commas.</summary>
    public string Address { get; set; } = "http://127.0.0.1:8081";

    /// <summary>The addresses one by one.</summary>
    internal string[] Addresses =>
        Address.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
