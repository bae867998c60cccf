using System.ComponentModel.DataAnnotations;

namespace Availsync.Operations.Shutdown;

/// <summary>How a process stops: the section <c>Shutdown</c> of the configuration.</summary>
public sealed class ShutdownOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Shutdown";

    internal const int SecondsMax = 300;

    /// <summary>
    /// For how many seconds a process that was asked to stop goes on taking requests, while <c>/health/ready</c> says that
    /// it will not for long: the time that what stands in front of it needs to notice. 0 where nothing does.
    /// </summary>
    [Range(0, SecondsMax)]
    public double DrainSeconds { get; set; }

    /// <summary>For how many seconds, after that, what is under way may take to end.</summary>
    [Range(1, SecondsMax)]
    public double FinishSeconds { get; set; } = 30;
}
