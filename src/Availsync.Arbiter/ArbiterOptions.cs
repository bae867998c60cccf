using System.ComponentModel.DataAnnotations;

namespace Availsync.Arbiter;

/// <summary>The section <c>Arbiter</c> of the configuration.</summary>
public sealed class ArbiterOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Arbiter";

    /// <summary>The most commands in one transaction.</summary>
    [Range(1, 10_000)]
    public int BatchMax { get; set; } = 256;

    /// <summary>The most roots that a partition keeps in memory.</summary>
    [Range(1, 10_000_000)]
    public int RootsInMemoryMax { get; set; } = 100_000;

    /// <summary>
    /// How long an instance that is not heard of keeps its partitions, in seconds. The partitions of one that died are
    /// served again after that, two renewals, and the second or so that serving them takes: with the defaults within 8 s.
    /// </summary>
    [Range(2, 60)]
    public double OwnershipLeaseSeconds { get; set; } = 5;

    /// <summary>How often ownership is renewed and free partitions are looked for, in seconds.</summary>
    [Range(0.1, 20)]
    public double OwnershipRenewalSeconds { get; set; } = 1;

    /// <summary>
    /// The partitions that this instance keeps to, such as <c>0-7,9</c>. Empty, it shares with the others what no
    /// instance that lives keeps to.
    /// </summary>
    public string Partitions { get; set; } = "";

    /// <summary>
    /// Whether no other instance can be running, as with the embedded store: then a restart takes its partitions back
    /// at
    /// once and does not wait for the lease of the process before it. The epoch fences either way.
    /// </summary>
    public bool SoleInstance { get; set; }

    /// <summary>How long listeners may resume from an event, in hours: after that the log keeps it no more.</summary>
    [Range(1, 24 * 366)]
    public int EventsKeptHours { get; set; } = 24;
}

/// <summary>The section <c>Partitions</c> of the configuration, the same for every edge and arbiter.</summary>
public sealed class PartitionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Partitions";

    /// <summary>Into how many partitions the slots are dealt. Changing it needs a drained bus.</summary>
    [Range(1, 1024)]
    public int Count { get; set; } = 16;
}
